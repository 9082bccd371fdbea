"""
Parameter counts of diffusers components, from the public implementation: builds the class that `_class_name` names on PyTorch's "meta"
device (shapes without memory) and adds up its parameters, buffers left out. Like count-parameters.py, for diffusers.

Inputs: PyTorch, diffusers 0.42.1 (or the version that is installed: it is printed), and nothing from the network.

    python count-diffusers.py count CONFIG.json...       one line a file: parameters, class
    python count-diffusers.py tensors CLASS [KEY=JSON…]  every tensor of the class's defaults so changed: name, shape
    python count-diffusers.py defaults CLASS             the class's own defaults as JSON
    python count-diffusers.py vary OUT.jsonl CLASS...    the default configuration of each class and one change at a time of it:
                                                         {"type", "class", "change", "config", "parameters"} a line
"""

import copy
import inspect
import json
import os
import signal
import sys
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

import torch
import diffusers

diffusers.logging.set_verbosity_error()

SECONDS_A_MODEL = 40


# Classes whose own defaults build nothing: what their published files say of the keys that are left out.
BASES = {
    "HiDreamImageTransformer2DModel": {
        "patch_size": 2, "in_channels": 16, "out_channels": 16, "caption_channels": [4096, 4096], "llama_layers": [0, 1, 2],
    },
    "HunyuanDiT2DModel": {"patch_size": 2, "in_channels": 4, "hidden_size": 1408, "num_layers": 40},
    "LuminaNextDiT2DModel": {"num_kv_heads": 8},
    "OmniGenTransformer2DModel": {"rope_scaling": {"short_factor": [1.0], "long_factor": [1.0], "type": "su"}},
    "AutoencoderKL": {
        "block_out_channels": [128, 256, 512, 512], "layers_per_block": 2,
        "down_block_types": ["DownEncoderBlock2D"] * 4, "up_block_types": ["UpDecoderBlock2D"] * 4,
    },
    "VQModel": {
        "block_out_channels": [128, 256, 512], "layers_per_block": 2,
        "down_block_types": ["DownEncoderBlock2D"] * 3, "up_block_types": ["UpDecoderBlock2D"] * 3,
    },
    "AutoencoderKLTemporalDecoder": {
        "block_out_channels": [128, 256, 512, 512], "layers_per_block": 2, "down_block_types": ["DownEncoderBlock2D"] * 4,
    },
}  # fmt: skip

# Words worth trying: they choose parts of other shapes.
TEXTS = {
    "adapter_type": ["full_adapter_xl", "light_adapter"],
    "addition_embed_type": ["text", "text_time"],
    "attention_type": ["gated"],
    "class_embed_type": ["timestep", "projection", "simple_projection", "identity"],
    "mid_block_type": ["UNetMidBlock2D", None],
    "norm_type": ["spatial", "ada_norm_single", "layer_norm"],
    "qk_norm": [None, "rms_norm", "rms_norm_across_heads", "layer_norm"],
    "resnet_time_scale_shift": ["scale_shift"],
    "time_embedding_type": ["fourier", "learned"],
}  # fmt: skip


def timeout(*_):
    raise TimeoutError("took too long")


def class_named(name):
    for module in (diffusers, diffusers.models):
        if hasattr(module, name):
            return getattr(module, name)
    raise SystemExit(f"no class {name}")


def built(config):
    one = class_named(config["_class_name"])
    known = set(inspect.signature(one.__init__).parameters)
    given = {key: value for key, value in copy.deepcopy(config).items() if key in known}
    signal.signal(signal.SIGALRM, timeout)
    signal.alarm(SECONDS_A_MODEL)
    try:
        with torch.device("meta"):
            return one(**given)
    finally:
        signal.alarm(0)


def count(model):
    return sum(parameter.numel() for parameter in {id(p): p for p in model.parameters()}.values())


def defaults(name):
    """What save_config writes of a model with its class's defaults: every argument, spelled out."""
    values = {"_class_name": name, "_diffusers_version": diffusers.__version__}
    for key, parameter in inspect.signature(class_named(name).__init__).parameters.items():
        if key == "self" or parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        values[key] = None if parameter.default is parameter.empty else parameter.default
    return json.loads(json.dumps(values, default=str))


IGNORED = ("dropout", "eps", "force_upcast", "use_tiling", "use_slicing", "rope_theta", "scaling_factor", "shift_factor", "_class_name")


def changed(key, value):
    """Other values worth trying."""
    if any(part in key for part in IGNORED):
        return []
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int) and value > 0:
        if "layers" in key or "depth" in key:
            return [value + 1, max(1, value - 1)]
        return [value * 2] + ([value // 2] if value > 1 and value % 2 == 0 else []) + [value + 8]
    if value is None and any(part in key for part in ("heads", "dim", "size", "channels", "layers", "hidden", "num_")):
        return [8, 64, 1024]
    if isinstance(value, list) and value and all(isinstance(one, bool) for one in value):
        return [[not one for one in value]]
    if isinstance(value, list) and value and all(isinstance(one, int) for one in value):
        return [[one * 2 for one in value], [value[0]] * len(value), [one + 1 for one in value], value[:-1], value + value[-1:]]
    return []


def vary(name, out):
    full = {**defaults(name), **BASES.get(name, {})}
    base = count(built(full))
    write(out, name, None, full, base)
    try:
        write(out, name, "nothing said", {"_class_name": name}, count(built({"_class_name": name})))
    except Exception as error:
        print(f"{name}, nothing said: {type(error).__name__}: {str(error)[:100]}", file=sys.stderr)
    seen = set()
    for key, value in full.items():
        for other in changed(key, value) + [one for one in TEXTS.get(key, []) if one != value]:
            config = copy.deepcopy(full)
            config[key] = other
            try:
                parameters = count(built(config))
            except BaseException:
                continue
            # A change that changes nothing is worth one row a key: it catches a reader that believes it does.
            if parameters == base and key in seen:
                continue
            seen.add(key)
            write(out, name, f"{key}={json.dumps(other)}", config, parameters)


def write(out, name, change, config, parameters):
    line = {"type": name, "class": name, "change": change, "config": config, "parameters": parameters}
    out.write(json.dumps(line) + "\n")
    out.flush()


def main():
    command, *rest = sys.argv[1:]
    if command == "count":
        for path in rest:
            with open(path) as file:
                config = json.load(file)
            print(count(built(config)), config["_class_name"], path)
    elif command == "tensors":
        config = defaults(rest[0])
        for change in rest[1:]:
            key, value = change.split("=", 1)
            config[key] = json.loads(value)
        for key, parameter in built(config).named_parameters():
            print(key, list(parameter.shape))
    elif command == "defaults":
        print(json.dumps(defaults(rest[0]), indent=1))
    elif command == "vary":
        path, *names = rest
        with open(path, "a") as out:
            for name in names:
                try:
                    vary(name, out)
                except Exception as error:
                    print(f"{name}: {type(error).__name__}: {str(error)[:200]}", file=sys.stderr)
    else:
        raise SystemExit(__doc__)


print(f"diffusers {diffusers.__version__}, torch {torch.__version__}", file=sys.stderr)
main()
