export const HELP = `inference-lens: what a model costs to run, and what would make it faster

  inspect FILE              what the model is: parameters, weights, KV cache
  estimate FILE             time and memory of a deployment
  recommend FILE            techniques and stacks, best first, with evidence
  search FILE               the best placements, precisions, batches and techniques within limits
  batch                     one JSON request a line from standard input
  hardware                  the devices that are known
  techniques                the catalogue of techniques
  papers                    the papers it rests on

FILE is a config.json, a folder that holds one, params.json, .gguf, .safetensors, .onnx; for inspect
also deployment code: Python, shell, Dockerfile, YAML.

estimate and recommend take
  --hardware ID             h100-sxm, rtx-4090, "NVIDIA A100-SXM4-80GB", g5.xlarge …  (needed);
                            or a file of your own devices, mine.json or mine.json#id
  --devices N               how many of them (1)
  --engine NAME             vllm (default), sglang, tgi, tensorrt-llm, llama.cpp, transformers,
                            onnxruntime, openvino, mlx
  --weights FORMAT          f32 bf16 f16 fp8 int8 int4 nvfp4 mxfp4, q4_k_m …, awq-int4 gptq-int4
                            bnb-nf4 w8a8-int8 … (the file's own)
  --kv FORMAT               f32 bf16 f16 fp8 int8 int4 (that of computing)
  --attention KIND          eager, sdpa, flash
  --concurrency N           sequences at once (1), or --request-rate R requests a second
  --input N  --output N     tokens of prompt and answer (512, 128)
  --shared-prefix N         tokens of each prompt that are cached already
  --tensor-parallel N  --pipeline-parallel N  --expert-parallel N  --data-parallel N
  --context-parallel N  --decode-context-parallel N (among the tensor-parallel ranks)
  --max-model-len N  --gpu-memory-utilization X
  --max-num-seqs N  --max-num-batched-tokens N  --chunked-prefill on|off
  --images N                images in each prompt; --image-size WxH
  --techniques ID,ID…       applied on top
  --draft FILE              a small model that drafts; --lora-rank N: one adapter beside the weights
  --steps N  --size WxH  --frames N   of models that make pictures or videos
estimate takes besides
  --fleet FILE              several unlike devices and their links (JSON, media/fleet.schema.json)
  --gpu-layers N|auto       llama.cpp: layers on the device, the rest on --host ID (a processor)
  --disk-bandwidth BYTES/S  llama.cpp, transformers: what has no room in memory is read from disk
  --prefill-devices N       prompts on N devices of their own; those of --devices decode. With
                            --prefill-hardware ID  --prefill-tensor-parallel N, and for the caches'
                            way --kv-bandwidth BYTES/S (a device, one way)  --kv-latency S
recommend takes besides
  --goal latency|throughput|memory|cost   --lossless   --top N (10)

search takes them too: what is given is fixed, what is not is searched; and
  --hardware ID,ID…         kinds of device to choose from (h100-sxm); --devices N: 1, 2, 4 … N
  --goal latency|throughput|memory|cost   --lossless
  --ttft S  --inter-token S  --memory BYTES  --cost DOLLARS  --energy JOULES
                            limits: first token, per token, over all devices, a million output
                            tokens, one output token

  --json                    for scripts
  --verbose                 with evidence, terms and refusals

Exit status: 0 answered, 2 bad usage or unreadable input.
`;
