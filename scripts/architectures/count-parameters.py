"""
Parameter counts of configurations, from the public implementation rather than from our own reading of them: builds the class that a
config.json names on PyTorch's "meta" device (shapes without memory) and adds up its parameters, tied ones once, buffers left out.

Inputs: PyTorch 2.15, transformers 5.23.0 (or the version that is installed: it is printed), and nothing from the network.

    python count-parameters.py count CONFIG.json...      one line a file: parameters, class
    python count-parameters.py tensors CONFIG.json       every tensor: name, shape
    python count-parameters.py defaults MODEL_TYPE       the class's own defaults as JSON
    python count-parameters.py vary OUT.jsonl TYPE...    the default configuration of each type and one change at a time of it:
                                                         {"type", "class", "change", "config", "parameters"} a line
"""

import copy
import json
import logging
import os
import signal
import sys
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import torch
import transformers
from transformers import AutoConfig
from transformers.models.auto import modeling_auto
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

SECONDS_A_MODEL = 60

# The class that a published file of a type most often names comes first.
MAPPINGS = [
    "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES",
    "MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES",
    "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    "MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES",
    "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES",
    "MODEL_FOR_MASKED_LM_MAPPING_NAMES",
    "MODEL_FOR_CTC_MAPPING_NAMES",
    "MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES",
    "MODEL_FOR_OBJECT_DETECTION_MAPPING_NAMES",
    "MODEL_FOR_SEMANTIC_SEGMENTATION_MAPPING_NAMES",
    "MODEL_FOR_DEPTH_ESTIMATION_MAPPING_NAMES",
    "MODEL_FOR_MASK_GENERATION_MAPPING_NAMES",
    "MODEL_FOR_TEXT_TO_WAVEFORM_MAPPING_NAMES",
    "MODEL_FOR_TEXT_TO_SPECTROGRAM_MAPPING_NAMES",
    "MODEL_FOR_AUDIO_CLASSIFICATION_MAPPING_NAMES",
    "MODEL_MAPPING_NAMES",
]


def classes_of(model_type):
    """Names of the classes of a type, the usual one first; the bare model (no head) last."""
    found = []
    for name in MAPPINGS:
        value = getattr(modeling_auto, name, {}).get(model_type)
        for one in [value] if isinstance(value, str) else list(value or []):
            if one not in found and hasattr(transformers, one):
                found.append(one)
    return found


def timeout(*_):
    raise TimeoutError("took too long")


def built(config, class_name):
    """The model on the meta device: parameters with shapes and no memory."""
    config = copy.deepcopy(config)
    signal.signal(signal.SIGALRM, timeout)
    signal.alarm(SECONDS_A_MODEL)
    try:
        with torch.device("meta"):
            model = getattr(transformers, class_name)(config)
        if hasattr(model, "tie_weights"):
            model.tie_weights()
        return model
    finally:
        signal.alarm(0)


# Corrections that routers learn are weights that the library happens to keep as buffers.
LEARNED_BUFFERS = ("e_score_correction_bias", "expert_bias", "correction_bias")


def count(model):
    parameters = {id(p): p for p in model.parameters()}
    parameters.update({id(b): b for name, b in model.named_buffers() if name.endswith(LEARNED_BUFFERS)})
    return sum(parameter.numel() for parameter in parameters.values())


def read(path):
    with open(path) as file:
        data = json.load(file)
    config = CONFIG_MAPPING[data["model_type"]].from_dict(data)
    named = (data.get("architectures") or classes_of(data["model_type"]))[0]
    return config, named


def published(config, class_name):
    """What a config.json of this configuration would hold: differences from the class defaults, and its type."""
    text = json.loads(json.dumps(config.to_diff_dict(), default=str))
    for key in ("transformers_version", "_name_or_path", "_attn_implementation", "attn_implementation"):
        text.pop(key, None)
    text["model_type"] = config.model_type
    text["architectures"] = [class_name]
    return text


def places(value, path=()):
    """Paths of all numbers and flags of a configuration, nested ones too."""
    for key, one in value.items():
        if isinstance(one, dict):
            if len(path) < 2 and not key.startswith(("rope_", "label2id", "id2label", "task_specific")):
                yield from places(one, path + (key,))
        elif isinstance(one, (bool, int, float, list, str)) or one is None:
            yield path + (key,), one


IGNORED = (
    "_token_id", "_token", "dropout", "epsilon", "_eps", "initializer", "use_cache", "output_", "return_dict", "torchscript",
    "chunk_size_feed", "temperature", "top_k", "top_p", "beam", "problem_type", "architectures", "dtype", "transformers_version",
    "pruned_heads", "is_decoder", "is_encoder_decoder", "label2id", "id2label", "_token_index", "aux_loss", "router_jitter", "model_type",
    "name_or_path", "implementation", "rope_theta", "scaling", "penalty", "num_return", "length", "cross_attention_hidden_size",
)  # fmt: skip


def changed(path, value):
    """Other values worth trying at a place."""
    key = path[-1]
    if any(part in key for part in IGNORED) and key not in ("max_position_embeddings", "top_k"):
        return []
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int) and value > 0:
        if "layers" in key or "depth" in key or "n_layer" in key:
            return [value + 1, max(1, value - 1)]
        return [value * 2] + ([value // 2] if value > 1 and value % 2 == 0 else []) + [value + 8]
    if value is None and any(part in key for part in ("heads", "dim", "size", "rank", "width", "groups")):
        return [8, 64]
    return []


def put(data, path, value):
    data = copy.deepcopy(data)
    at = data
    for key in path[:-1]:
        at = at.setdefault(key, {})
    at[path[-1]] = value
    return data


def vary(model_type, out):
    config_class = CONFIG_MAPPING[model_type]
    names = classes_of(model_type)
    default = config_class()
    base = None
    for name in names:
        try:
            base = count(built(default, name))
        except Exception as error:  # a class that its own defaults do not build is passed over
            print(f"{model_type} {name}: {type(error).__name__}: {str(error)[:100]}", file=sys.stderr)
            continue
        write(out, model_type, name, None, published(default, name), base)
        write(out, model_type, name, "nothing said", {"model_type": model_type, "architectures": [name]}, base)
    if base is None:
        return
    name = next(name for name in names if usable(default, name))
    base = count(built(default, name))
    full = json.loads(json.dumps(default.to_dict(), default=str))
    seen = set()
    for path, value in places(full):
        for other in changed(path, value):
            try:
                config = config_class.from_dict(put(full, path, other))
                parameters = count(built(config, name))
            except Exception:
                continue
            # A change that changes nothing is worth one row a key: it is the one that catches a reader that believes it does.
            if parameters == base and path in seen:
                continue
            seen.add(path)
            text = published(config, name)
            # from_dict may normalise what it was given; a published file holds what was given.
            write(out, model_type, name, ".".join(path) + "=" + json.dumps(other), put(text, path, other), parameters)


def usable(config, name):
    try:
        built(config, name)
        return True
    except Exception:
        return False


def write(out, model_type, name, change, config, parameters):
    line = {"type": model_type, "class": name, "change": change, "config": config, "parameters": parameters}
    out.write(json.dumps(line) + "\n")
    out.flush()


def main():
    command, *rest = sys.argv[1:]
    if command == "count":
        for path in rest:
            try:
                config, name = read(path)
                print(count(built(config, name)), name, path)
            except Exception as error:
                print("-", type(error).__name__, str(error)[:200], path)
    elif command == "tensors":
        config, name = read(rest[0])
        for key, parameter in built(config, name).named_parameters():
            print(key, list(parameter.shape))
    elif command == "defaults":
        print(json.dumps(CONFIG_MAPPING[rest[0]]().to_dict(), indent=1, default=str))
    elif command == "vary":
        path, *types = rest
        with open(path, "a") as out:
            for model_type in types:
                try:
                    vary(model_type, out)
                except Exception as error:
                    print(f"{model_type}: {type(error).__name__}: {str(error)[:200]}", file=sys.stderr)
    else:
        raise SystemExit(__doc__)


print(f"transformers {transformers.__version__}, torch {torch.__version__}", file=sys.stderr)
main()
