export const HELP = `inference-lens: what a model costs to run, and what would make it faster

  inspect FILE              what the model is: parameters, weights, KV cache
  estimate FILE             time and memory of a deployment
  recommend FILE            techniques and stacks, best first, with evidence
  batch                     one JSON request a line from standard input
  hardware                  the devices that are known
  techniques                the catalogue of techniques
  papers                    the papers it rests on

FILE is a config.json, a folder that holds one, or deployment code (inspect).

estimate and recommend take
  --hardware ID             h100-sxm, rtx-4090, "NVIDIA A100-SXM4-80GB", g5.xlarge …
  --devices N  --engine vllm|sglang|tgi|tensorrt-llm|llama.cpp|transformers|onnxruntime|openvino|mlx
  --weights FORMAT  --kv FORMAT  --attention eager|sdpa|flash
  --concurrency N | --request-rate R   --input N  --output N  --shared-prefix N
  --tensor-parallel N  --pipeline-parallel N  --expert-parallel N  --data-parallel N  --context-parallel N
  --max-model-len N  --gpu-memory-utilization X  --images N  --image-size WxH  --techniques ID,ID…
recommend takes besides
  --goal latency|throughput|memory|cost  --lossless  --top N

  --json                    for scripts      --verbose   with evidence and terms
`;
