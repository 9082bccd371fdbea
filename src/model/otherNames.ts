/**
 * Types that published files carry for what is read under another name: an earlier release's spelling, an engine's own copy of a
 * model, a text model taken out of its wrapper. Sources: huggingface/transformers 4.57.3 (`model_type` in the configuration classes of
 * lfm2_vl, glm4v_moe and idefics), ai-dynamo/aiconfigurator model_configs (minimax_m3, deepseek_ref).
 */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['deepseek_ref', 'deepseek_v4'],
  ['Glm4vMoe_text', 'glm4v_moe_text'],
  ['lfm2-vl', 'lfm2_vl'],
  ['minimax_m3', 'minimax_m3_vl_text'],
  ['ovis2_vision_model', 'ovis2_vision'],
]);

/** The name under which the tables hold a type; the type itself where it has no other. */
export function tableName(modelType: string): string {
  return OTHER_NAMES.get(modelType) ?? modelType;
}
