"""Trains the bundled text-generation model, tiny-code: a small decoder (llama layout) on the sources of Python's own library.

    apt-get install -y --no-install-recommends python3-torch libopenblas0-openmp
    OMP_NUM_THREADS=1 /usr/bin/python3 scripts/train-tiny-code.py --out .cache/tiny-code --minutes 45
    npx tsx scripts/make-tiny-code.ts .cache/tiny-code        (writes media/models/tiny-code)

The corpus is /usr/lib/python3.11 as Debian's libpython3.11-stdlib packages install it (PSF licence). The schedule is by
wall clock when --minutes is given; the step counts that came out of it are recorded in training.json, and --stable-steps
with --decay-steps repeats those. A run that was cut off goes on from its last weights with --resume. Leaves: tokenizer.json, weights.bin (f32, little endian), weights.json, training.json.
"""

import argparse
import collections
import hashlib
import json
import math
import pathlib
import re
import subprocess
import time

import torch
import torch.nn.functional as F
from torch import nn

# Line breaks keep their indentation in one piece: in Python that is one idea, and often one token.
SPLIT = r"\n *| ?[A-Za-z_]+| ?[0-9]| ?[^\sA-Za-z0-9_]+| +|\s"
END = "<|end|>"
LAYERS, WIDTH, HEADS, KV_HEADS, HEAD, HIDDEN, VOCABULARY, CONTEXT = 4, 192, 6, 2, 32, 576, 1024, 256
ROPE_BASE, EPSILON = 10000.0, 1e-5
# Tables, generated text and vendored test data teach a model nothing about code.
SKIP = re.compile(r"(^|/)(test|tests|idle_test|__pycache__|dist-packages|site-packages|encodings|pydoc_data|turtledemo)/|_sysconfigdata|_tzdata")


def read_corpus(folder):
    """[(name, text)] in a fixed order, and the SHA-256 of names and contents."""
    digest, files = hashlib.sha256(), []
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        if SKIP.search(name) or path.is_symlink():
            continue
        data = path.read_bytes()
        digest.update(name.encode() + b"\0" + data + b"\0")
        text = data.decode("utf-8", errors="replace").replace("\r\n", "\n").expandtabs(4)
        files.append((name, text))
    return files, digest.hexdigest()


def byte_letters():
    """GPT-2's printable stand-in for each byte, which tokenizer.json's ByteLevel expects (Radford et al. 2019, encoder.py)."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters, extra = {}, 0
    for byte in range(256):
        if byte in plain:
            letters[byte] = chr(byte)
        else:
            letters[byte] = chr(256 + extra)
            extra += 1
    return letters


def train_tokenizer(texts):
    """Byte-pair encoding over pieces (Sennrich et al. 2016): returns the vocabulary and the merges, best first."""
    letters = byte_letters()
    counts = collections.Counter(piece for text in texts for piece in re.findall(SPLIT, text))
    words = [[letters[b] for b in piece.encode()] for piece in counts]
    weights = list(counts.values())
    vocabulary = {END: 0}
    for byte in range(256):
        vocabulary[letters[byte]] = len(vocabulary)
    pairs, where = collections.Counter(), collections.defaultdict(set)
    for index, word in enumerate(words):
        for pair in zip(word, word[1:]):
            pairs[pair] += weights[index]
            where[pair].add(index)
    merges = []
    while len(vocabulary) < VOCABULARY:
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        vocabulary[best[0] + best[1]] = len(vocabulary)
        for index in where.pop(best):
            old = words[index]
            for pair in zip(old, old[1:]):
                pairs[pair] -= weights[index]
            new, at = [], 0
            while at < len(old):
                if at + 1 < len(old) and (old[at], old[at + 1]) == best:
                    new.append(old[at] + old[at + 1])
                    at += 2
                else:
                    new.append(old[at])
                    at += 1
            words[index] = new
            for pair in zip(new, new[1:]):
                pairs[pair] += weights[index]
                where[pair].add(index)
        del pairs[best]
    return vocabulary, merges


def encoder(vocabulary, merges):
    letters, ranks, known = byte_letters(), {pair: rank for rank, pair in enumerate(merges)}, {}

    def piece_ids(piece):
        word = [letters[b] for b in piece.encode()]
        while len(word) > 1:
            rank, at = min((ranks.get(pair, math.inf), i) for i, pair in enumerate(zip(word, word[1:])))
            if rank == math.inf:
                break
            word[at : at + 2] = [word[at] + word[at + 1]]
        return [vocabulary[part] for part in word]

    def encode(text):
        ids = []
        for piece in re.findall(SPLIT, text):
            if piece not in known:
                known[piece] = piece_ids(piece)
            ids += known[piece]
        return ids

    return encode


def write_tokenizer(path, vocabulary, merges):
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    split = {"type": "Split", "pattern": {"Regex": SPLIT}, "behavior": "Isolated", "invert": False}
    special = {"id": 0, "content": END, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
             "fuse_unk": False, "byte_fallback": False, "vocab": vocabulary, "merges": [" ".join(pair) for pair in merges]}
    document = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [special], "normalizer": None,
                "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]},
                "post_processor": None, "decoder": byte_level, "model": model}
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPSILON) * self.weight


def rotate(x, cos, sin):
    """Rotary positions, halves (not pairs) rotated together, as llama checkpoints do."""
    left, right = x.chunk(2, dim=-1)
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    return torch.cat((left * cos - right * sin, right * cos + left * sin), dim=-1)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = Norm(), Norm()
        self.q_proj = nn.Linear(WIDTH, HEADS * HEAD, bias=False)
        self.k_proj = nn.Linear(WIDTH, KV_HEADS * HEAD, bias=False)
        self.v_proj = nn.Linear(WIDTH, KV_HEADS * HEAD, bias=False)
        self.o_proj = nn.Linear(HEADS * HEAD, WIDTH, bias=False)
        self.gate_proj = nn.Linear(WIDTH, HIDDEN, bias=False)
        self.up_proj = nn.Linear(WIDTH, HIDDEN, bias=False)
        self.down_proj = nn.Linear(HIDDEN, WIDTH, bias=False)
        for last in (self.o_proj, self.down_proj):
            nn.init.zeros_(last.weight)

    def forward(self, x, cos, sin, mask):
        batch, length, _ = x.shape
        h = self.input_layernorm(x)
        q = rotate(self.q_proj(h).view(batch, length, HEADS, HEAD).transpose(1, 2), cos, sin)
        k = rotate(self.k_proj(h).view(batch, length, KV_HEADS, HEAD).transpose(1, 2), cos, sin)
        v = self.v_proj(h).view(batch, length, KV_HEADS, HEAD).transpose(1, 2)
        k, v = (t.repeat_interleave(HEADS // KV_HEADS, dim=1) for t in (k, v))
        scores = (q / math.sqrt(HEAD)) @ k.transpose(-1, -2)
        scores = scores + mask.to(scores.dtype)
        x = x + self.o_proj((scores.softmax(-1).to(v.dtype) @ v).transpose(1, 2).reshape(batch, length, -1))
        h = self.post_attention_layernorm(x)
        return x + self.down_proj(F.silu(self.gate_proj(h)) * self.up_proj(h))


class TinyCode(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed_tokens = nn.Embedding(VOCABULARY, WIDTH)
        nn.init.normal_(self.embed_tokens.weight, std=0.02)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = Norm()
        angles = torch.outer(torch.arange(CONTEXT).float(), ROPE_BASE ** (-torch.arange(0, HEAD, 2).float() / HEAD))
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        self.register_buffer("mask", torch.full((CONTEXT, CONTEXT), -1e9).triu(1), persistent=False)

    def forward(self, ids):
        n = ids.shape[1]
        x = self.embed_tokens(ids)
        for layer in self.layers:
            x = layer(x, self.cos[:n], self.sin[:n], self.mask[:n, :n])
        return F.linear(self.norm(x), self.embed_tokens.weight)


def orthogonalise(g):
    """Newton–Schulz towards the nearest orthogonal matrix: the step of the Muon optimiser (Jordan et al. 2024)."""
    x = g.bfloat16()
    tall = x.shape[0] > x.shape[1]
    x = x.t() if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        a = x @ x.t()
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.t() if tall else x).float()


class Optimiser:
    """Muon for the layers' matrices, AdamW for the embedding and the norms."""

    def __init__(self, model):
        self.matrices = [p for p in model.layers.parameters() if p.ndim == 2]
        others = [p for p in model.parameters() if all(p is not m for m in self.matrices)]
        self.adam = torch.optim.AdamW(others, lr=3e-3, betas=(0.9, 0.95), weight_decay=0.0)
        self.momentum = [torch.zeros_like(p) for p in self.matrices]

    def step(self, scale):
        for group in self.adam.param_groups:
            group["lr"] = 3e-3 * scale
        self.adam.step()
        rate = 0.02 * scale
        with torch.no_grad():
            for p, m in zip(self.matrices, self.momentum):
                m.mul_(0.95).add_(p.grad)
                update = orthogonalise(p.grad + 0.95 * m) * math.sqrt(max(1.0, p.shape[0] / p.shape[1]))
                p.mul_(1 - rate * 0.1).add_(update, alpha=-rate)


def crop(ids, batch, generator):
    starts = torch.randint(0, len(ids) - CONTEXT - 1, (batch,), generator=generator)
    block = torch.stack([ids[s : s + CONTEXT + 1] for s in starts.tolist()]).long()
    return block[:, :-1], block[:, 1:]


def loss_of(model, x, y):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(x)
    return F.cross_entropy(logits.float().view(-1, VOCABULARY), y.reshape(-1))


@torch.no_grad()
def held_out_loss(model, ids, batches):
    generator = torch.Generator().manual_seed(1)
    return sum(loss_of(model, *crop(ids, 16, generator)).item() for _ in range(batches)) / batches


@torch.no_grad()
def sample(model, ids, count, temperature, generator):
    for _ in range(count):
        logits = model(torch.tensor([ids[-CONTEXT:]]))[0, -1].float()
        best = logits.topk(40)
        choice = torch.multinomial((best.values / temperature).softmax(-1), 1, generator=generator)
        ids = [*ids, best.indices[choice].item()]
    return ids


def write_weights(model, out, facts):
    tensors, at = {}, 0
    with open(out / "weights.bin.part", "wb") as file:
        for name, tensor in model.state_dict().items():
            data = tensor.detach().float().contiguous().numpy().tobytes()
            tensors[name] = {"shape": list(tensor.shape), "offset": at}
            at += len(data)
            file.write(data)
    (out / "weights.bin.part").rename(out / "weights.bin")
    (out / "weights.json").write_text(json.dumps(tensors, indent=1) + "\n")
    (out / "training.json").write_text(json.dumps(facts, indent=1) + "\n")


def read_weights(out):
    tensors, data = json.loads((out / "weights.json").read_text()), (out / "weights.bin").read_bytes()
    state = {}
    for name, entry in tensors.items():
        count = math.prod(entry["shape"])
        state[name] = torch.frombuffer(bytearray(data[entry["offset"] : entry["offset"] + 4 * count]), dtype=torch.float32).view(entry["shape"])
    return state


@torch.no_grad()
def write_reference(out):
    """What PyTorch makes of the written weights, in full precision and without a cache: the measure for every other form of the model."""
    model = TinyCode()
    model.load_state_dict(read_weights(out))
    tokenizer = json.loads((out / "tokenizer.json").read_text(encoding="utf-8"))["model"]
    encode = encoder(tokenizer["vocab"], [tuple(merge.split(" ")) for merge in tokenizer["merges"]])
    letters = {letter: byte for byte, letter in byte_letters().items()}
    token_bytes = {i: bytes(letters[c] for c in token) if i else b"" for token, i in tokenizer["vocab"].items()}
    cases = []
    for prompt in ("def load(path):", "class Point:\n    def __init__(self, x, y):\n", "import os\n\n# naïve café\nfor name in"):
        prompt_ids = encode(prompt)
        ids, first = list(prompt_ids), model(torch.tensor([prompt_ids]))[0, -1]
        while len(ids) < len(prompt_ids) + 48:
            token = model(torch.tensor([ids]))[0, -1].argmax().item()
            if token == 0:
                break
            ids.append(token)
        text = b"".join(token_bytes[i] for i in ids[len(prompt_ids) :]).decode(errors="replace")
        best = first.topk(5)
        cases.append({"prompt": prompt, "promptIds": prompt_ids, "ids": ids[len(prompt_ids) :], "text": text,
                      "firstLogits": [[i, round(v, 5)] for i, v in zip(best.indices.tolist(), best.values.tolist())]})
    facts = {"source": f"PyTorch {torch.__version__}, scripts/train-tiny-code.py --reference", "cases": cases}
    (out / "reference.json").write_text(json.dumps(facts, indent=1) + "\n")


def package_version(name):
    found = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True, text=True, check=False)
    return found.stdout or "not from a Debian package"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    arguments.add_argument("--corpus", type=pathlib.Path, default=pathlib.Path("/usr/lib/python3.11"))
    arguments.add_argument("--minutes", type=float, default=45, help="wall clock for the whole run")
    arguments.add_argument("--decay-share", type=float, default=0.3, help="share of the time, at its end, in which the rate falls to nothing")
    arguments.add_argument("--resume", action="store_true", help="go on from the weights in --out, with a fresh optimiser")
    arguments.add_argument("--stable-steps", type=int, help="repeat a recorded run: steps at full rate")
    arguments.add_argument("--decay-steps", type=int, help="repeat a recorded run: steps of decay")
    arguments.add_argument("--batch", type=int, default=16)
    arguments.add_argument("--seed", type=int, default=1991)
    arguments.add_argument("--reference", action="store_true", help="train nothing; write reference.json from the weights in --out")
    options = arguments.parse_args()
    if options.reference:
        write_reference(options.out)
        return
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)

    files, digest = read_corpus(options.corpus)
    held_out = [text for name, text in files if hashlib.sha256(name.encode()).digest()[0] < 10]
    training = [text for name, text in files if hashlib.sha256(name.encode()).digest()[0] >= 10]
    vocabulary, merges = train_tokenizer(training)
    write_tokenizer(options.out / "tokenizer.json", vocabulary, merges)
    encode = encoder(vocabulary, merges)
    generator = torch.Generator().manual_seed(options.seed)
    order = torch.randperm(len(training), generator=generator).tolist()
    train_ids = torch.tensor([i for k in order for i in [0, *encode(training[k])]], dtype=torch.int16)
    held_ids = torch.tensor([i for text in held_out for i in [0, *encode(text)]], dtype=torch.int16)
    held_bytes = sum(len(text.encode()) for text in held_out)
    model = TinyCode()
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{len(files)} files, {len(train_ids)} + {len(held_ids)} tokens, {held_bytes / len(held_ids):.2f} bytes/token, {parameters} parameters", flush=True)

    letters = {letter: byte for byte, letter in byte_letters().items()}
    token_bytes = {i: bytes(letters[c] for c in token) if i else b"\n<end>\n" for token, i in vocabulary.items()}
    facts = {"corpus": str(options.corpus), "package": "libpython3.11-stdlib", "packageVersion": package_version("libpython3.11-stdlib"),
             "minimalPackageVersion": package_version("libpython3.11-minimal"), "corpusSha256": digest, "files": len(files),
             "corpusBytes": sum(len(text.encode()) for _, text in files), "trainingTokens": len(train_ids), "heldOutTokens": len(held_ids),
             "bytesPerToken": held_bytes / len(held_ids), "parameters": parameters, "seed": options.seed, "batch": options.batch,
             "torch": torch.__version__, "threads": torch.get_num_threads()}
    config = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": WIDTH, "intermediate_size": HIDDEN,
              "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "num_key_value_heads": KV_HEADS, "head_dim": HEAD,
              "vocab_size": VOCABULARY, "max_position_embeddings": CONTEXT, "rope_theta": ROPE_BASE, "rms_norm_eps": EPSILON,
              "hidden_act": "silu", "tie_word_embeddings": True, "attention_bias": False, "torch_dtype": "float32", "bos_token_id": 0, "eos_token_id": 0}
    (options.out / "config.json").write_text(json.dumps(config, indent=2) + "\n")

    optimiser, started, step, stable, recent = Optimiser(model), time.time(), 0, options.stable_steps, 0.0
    if options.resume:
        earlier = json.loads((options.out / "training.json").read_text())
        model.load_state_dict(read_weights(options.out))
        step = earlier["steps"]
        facts.update(resumedAt=step, minutesBefore=earlier["minutes"])
        generator.manual_seed(options.seed + step)
    first, left = step, 1.0
    while left > 0:
        scale = min(1.0, (step - first + 1) / 100, left)
        loss = loss_of(model, *crop(train_ids, options.batch, generator))
        model.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step(scale)
        step += 1
        recent = loss.item() if recent == 0 else 0.98 * recent + 0.02 * loss.item()
        minutes = (time.time() - started) / 60
        if options.stable_steps is not None:
            left = (stable + options.decay_steps - step) / options.decay_steps
        else:
            left = (1 - minutes / options.minutes) / options.decay_share
            stable = step if stable is None and left < 1 else stable
        if step % 50 == 0:
            speed = (step - first) * options.batch * CONTEXT / minutes / 60
            print(f"step {step} loss {recent:.3f} rate {scale:.2f} {speed:.0f} tok/s {minutes:.1f} min", flush=True)
        if step % 250 == 0 or left <= 0:
            held = held_out_loss(model, held_ids, 8 if left > 0 else 40)
            facts.update(steps=step, stableSteps=stable, decaySteps=None if stable is None else step - stable,
                         tokensSeen=step * options.batch * CONTEXT, trainingLoss=recent, heldOutLoss=held,
                         heldOutBitsPerByte=held / math.log(2) / facts["bytesPerToken"], minutes=facts.get("minutesBefore", 0) + minutes)
            write_weights(model, options.out, facts)
            text = b"".join(token_bytes[i] for i in sample(model, encode("\n\ndef load(path):"), 96, 0.7, torch.Generator().manual_seed(1)))
            print(f"held out {held:.3f} ({facts['heldOutBitsPerByte']:.3f} bits/byte)\n{text.decode(errors='replace')}\n", flush=True)


if __name__ == "__main__":
    main()
