"""Lists groups and their members as a program with Okta's own SDK does.

usage: okta_sdk.py BASE TOKEN

Prints {"GROUP": ["LOGIN", ...]} as JSON. The SDK sends `Authorization: SSWS<token>`, without a blank.
"""

import asyncio
import json
import sys

from okta.client import Client


async def listing(call, *arguments):
    """All items; the SDK's calls return (items, response, error) and hand out the next page's cursor in a link."""
    found, after = [], None
    while True:
        items, response, error = await call(*arguments, limit=2, after=after)
        if error:
            sys.exit(f"the SDK reports: {error}")
        found.extend(items)
        links = [part for part in response.headers.getall("link", []) if 'rel="next"' in part]
        if not links:
            return found
        after = links[0].split("after=")[1].split("&")[0].split(">")[0]


async def main():
    base, token = sys.argv[1:]
    client = Client({"orgUrl": base, "token": token, "testing": {"testingDisableHttpsCheck": True}})
    members = {}
    for group in await listing(client.list_groups):
        users = await listing(client.list_group_users, group.id)
        members[group.profile.actual_instance.name] = sorted(user.profile.login for user in users)
    json.dump(members, sys.stdout)


asyncio.run(main())
