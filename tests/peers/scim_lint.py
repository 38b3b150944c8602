"""Checks request bodies against the models of scim2-models.

usage: scim_lint.py < requests

The input is a list of {"method", "path", "body"} as JSON. Prints how many there were of each kind; ends with 1 when one is wrong.
"""

import collections
import json
import sys

from scim2_models import Context, EnterpriseUser, Group, PatchOp, User

USER = User[EnterpriseUser]
MODELS = {
    ("POST", "Users"): (USER, Context.RESOURCE_CREATION_REQUEST),
    ("POST", "Groups"): (Group, Context.RESOURCE_CREATION_REQUEST),
    ("PATCH", "Users"): (PatchOp[USER], Context.RESOURCE_PATCH_REQUEST),
    ("PATCH", "Groups"): (PatchOp[Group], Context.RESOURCE_PATCH_REQUEST),
}


def main():
    requests = json.load(sys.stdin)
    counts, wrong = collections.Counter(), []
    for request in requests:
        kind = (request["method"], request["path"].strip("/").split("/")[-1 if request["method"] == "POST" else -2])
        model, context = MODELS[kind]
        try:
            model.model_validate(request["body"], scim_ctx=context)
        except ValueError as error:
            wrong.append(f"{' '.join(kind)}: {error}\n{json.dumps(request['body'])}")
        counts[f"{kind[0]} {kind[1].removesuffix('s')}"] += 1
    for kind, number in sorted(counts.items()):
        print(kind, number)
    sys.exit("\n".join(wrong) or None)


main()
