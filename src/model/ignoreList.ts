/**
 * Patterns that are tried one by one, at most: real lists hold plain names, which are looked up in a set however
 * many they are, and a handful of patterns.
 */
const MAX_PATTERNS = 2000;

/**
 * Says whether a tensor is left out of quantisation. Tools write full module names, suffixes (`lm_head`), parts
 * (`mlp.gate`), wildcards (`*.gate`) and regular expressions (`re:.*mlp.gate$`).
 */
export function isIgnored(entries: readonly string[]): (tensor: string) => boolean {
  if (entries.length === 0) return () => false;
  const known = MATCHERS.get(entries);
  if (known !== undefined) return known;
  const matcher = build(entries);
  MATCHERS.set(entries, matcher);
  return matcher;
}

/** One list is asked for every weight of its model, and again for every figure: what it says is kept with it. */
const MATCHERS = new WeakMap<readonly string[], (tensor: string) => boolean>();

function build(entries: readonly string[]): (tensor: string) => boolean {
  const names = new Set<string>();
  const answers = new Map<string, boolean>();
  const patterns: ((module: string) => boolean)[] = [];
  for (const entry of entries) {
    if (/^[\w.]+$/.test(entry)) names.add(withoutPrefix(entry.replace(/\.$/, '')));
    else if (patterns.length < MAX_PATTERNS) patterns.push(wildcard(entry));
  }
  return (tensor) => {
    const known = answers.get(tensor);
    if (known !== undefined) return known;
    const module = tensor.replace(/\.(weight|bias)$/, '');
    const answer = namesHold(names, withoutPrefix(module)) || patterns.some((matches) => matches(module));
    answers.set(tensor, answer);
    return answer;
  };
}

/** Tools and releases disagree on what stands before `layers` (`model.`, `model.language_model.`): none of it tells. */
function withoutPrefix(name: string): string {
  return name.replace(/^(?:(?:model|language_model|text_model|base_model)\.)+/, '');
}

/** True where an entry is the module, one above it, or a run of its path's parts. */
function namesHold(names: ReadonlySet<string>, module: string): boolean {
  const parts = module.split('.');
  for (let from = 0; from < parts.length; from += 1) {
    let path = '';
    for (let to = from; to < parts.length; to += 1) {
      path = to === from ? (parts[to] ?? '') : `${path}.${parts[to] ?? ''}`;
      if (names.has(path)) return true;
    }
  }
  return false;
}

/**
 * Wildcards and the simple regular expressions that tools write, matched without the regular-expression engine: a
 * hostile file must not be able to make matching exponential. An entry also holds for what is below the module it names.
 */
function wildcard(entry: string): (module: string) => boolean {
  const regular = entry.startsWith('re:');
  const body = regular
    ? entry.slice(3).replace(/^\^/, '').replace(/\$$/, '').replaceAll('\\.', '.')
    : withoutPrefix(entry);
  const pieces = body.split(regular ? '.*' : '*');
  return (tensor) => {
    const module = regular ? tensor : withoutPrefix(tensor);
    let at = 0;
    for (let index = 0; index < pieces.length; index += 1) {
      const piece = pieces[index] ?? '';
      const found = index === 0 && !regular ? (module.startsWith(piece) ? 0 : -1) : module.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    const open = pieces.at(-1) === '' || regular;
    return open || at === module.length || module[at] === '.';
  };
}
