"""Prints the members and limits of the five third-party job operations in botocore's model as JSON."""
import json

import botocore.loaders

model = botocore.loaders.Loader().load_service_model("codepipeline", "service-2", "2015-07-09")
members = {}


def walk(path, shape_name):
    shape = model["shapes"][shape_name]
    for name, member in shape.get("members", {}).items():
        target = model["shapes"][member["shape"]]
        limits = {key: target.get(key) for key in ("type", "min", "max", "pattern", "enum")}
        limits["required"] = name in shape.get("required", [])
        members[path + "." + name] = limits
        walk(path + "." + name, member["shape"])
    for part in ("key", "value", "member"):
        if part in shape:
            target = model["shapes"][shape[part]["shape"]]
            members[path + "." + part] = {key: target.get(key) for key in ("type", "min", "max", "pattern", "enum")}
            walk(path + "." + part, shape[part]["shape"])


operations = [name for name in model["operations"] if "ThirdPartyJob" in name]
for operation in operations:
    walk(operation, model["operations"][operation]["input"]["shape"])
    if "output" in model["operations"][operation]:
        walk(operation + ":output", model["operations"][operation]["output"]["shape"])
print(json.dumps({
    "operations": operations,
    "targetPrefix": model["metadata"]["targetPrefix"],
    "errors": {name: [error["shape"] for error in model["operations"][name]["errors"]] for name in operations},
    "members": members,
}))
