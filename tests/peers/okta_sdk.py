"""Lists groups and their members as a program with Okta's own SDK does.

usage: okta_sdk.py BASE TOKEN

Prints {"GROUP": ["LOGIN", ...]} as JSON. The SDK sends `Authorization: SSWS<token>`, without a blank.
"""

import asyncio
import json
import os
import sys
from urllib.parse import parse_qs, urlsplit

# The SDK takes this from the environment only.
os.environ["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"] = "true"

from okta.client import Client  # noqa: E402


async def listing(call, *arguments):
    """All items; the SDK's calls return (items, response, error) and hand out the next page's cursor in a link."""
    found, after = [], None
    while True:
        items, response, error = await call(*arguments, limit=2, after=after)
        if error:
            sys.exit(f"the SDK reports: {error}")
        found.extend(items)
        # Of two lines `link` the SDK keeps the last; Okta sends `self` before `next`.
        link = response.headers.get("Link", "")
        if 'rel="next"' not in link:
            return found
        after = parse_qs(urlsplit(link[1 : link.index(">")]).query)["after"][0]


async def main():
    base, token = sys.argv[1:]
    client = Client({"orgUrl": base, "token": token})
    members = {}
    for group in await listing(client.list_groups):
        users = await listing(client.list_group_users, group.id)
        members[group.profile.actual_instance.name] = sorted(user.profile.login for user in users)
    json.dump(members, sys.stdout)


asyncio.run(main())
