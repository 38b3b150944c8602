"""Checks request bodies against the models of scim2-models.

AWS's form of removing members, `{"op": "remove", "path": "members", "value": [...]}`, is not the RFC's; it is counted apart.

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


def by_the_rfc(body):
    """The body with AWS's form of removing members turned into the RFC's, and whether there was one."""
    operations, turned = [], False
    for operation in body.get("Operations", []):
        if operation["op"] == "remove" and operation.get("path") == "members" and "value" in operation:
            turned = True
            paths = [f'members[value eq "{member["value"]}"]' for member in operation["value"]]
            operations += [{"op": "remove", "path": path} for path in paths]
        else:
            operations.append(operation)
    return ({**body, "Operations": operations}, True) if turned else (body, False)


def main():
    requests = json.load(sys.stdin)
    counts, wrong = collections.Counter(), []
    for request in requests:
        kind = (request["method"], request["path"].strip("/").split("/")[-1 if request["method"] == "POST" else -2])
        model, context = MODELS[kind]
        body, turned = by_the_rfc(request["body"])
        try:
            model.model_validate(body, scim_ctx=context)
        except ValueError as error:
            wrong.append(f"{' '.join(kind)}: {error}\n{json.dumps(request['body'])}")
        counts[f"{kind[0]} {kind[1].removesuffix('s')}{', removal as AWS has it' if turned else ''}"] += 1
    for kind, number in sorted(counts.items()):
        print(kind, number)
    sys.exit("\n".join(wrong) or None)


main()
