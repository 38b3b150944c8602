"""Validates answers of an Okta API against Okta's own OpenAPI description.

usage: okta_description.py DESCRIPTION BASE TOKEN < requests

Each line of stdin is the path of a GET, with its query. Pages are followed to the last. Prints one line for every answer
that was validated; ends with 1 when one is not as described.
"""

import json
import sys

import requests
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse


def read_description(path, base):
    with open(path, encoding="utf-8") as file:
        description = json.load(file)
    description["servers"] = [{"url": base}]
    # Okta sends null for a group without description, though its description of itself allows only text.
    description["components"]["schemas"]["OktaUserGroupProfile"]["properties"]["description"]["nullable"] = True
    # It leaves out what every API answers to a bad expression and to a bad token; the body is the error of all others.
    error = {
        "description": "-",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    for operations in description["paths"].values():
        for status in ("400", "401"):
            operations["get"]["responses"].setdefault(status, error)
    return OpenAPI.from_dict(description)


def problems(description, response):
    """What is wrong with an answer; an empty list when nothing is."""
    try:
        description.validate_response(
            RequestsOpenAPIRequest(response.request), RequestsOpenAPIResponse(response)
        )
    except Exception as error:  # each kind of deviation has an exception of its own
        causes = [error, error.__cause__, *getattr(error.__cause__, "schema_errors", ())]
        return [str(cause)[:300] for cause in causes if cause is not None]
    return []


def walk(session, url):
    """The answer to a request and those to its next pages."""
    while url:
        response = session.get(url, timeout=30)
        yield response
        url = response.links.get("next", {}).get("url")


def refuses_a_wrong_answer(description, response):
    """Whether the validation would notice: the same answer with a number for an id must not pass."""
    wrong = requests.Response()
    wrong.status_code, wrong.headers, wrong.request = response.status_code, response.headers, response.request
    body = response.json()
    body[0]["id"] = 7
    wrong._content = json.dumps(body).encode()
    return bool(problems(description, wrong))


def main():
    path, base, token = sys.argv[1:]
    description = read_description(path, base)
    session = requests.Session()
    session.headers["Accept"] = "application/json"
    failed = False
    for line in sys.stdin.read().splitlines():
        session.headers["Authorization"] = "SSWS wrong" if line.startswith("!") else f"SSWS {token}"
        for response in walk(session, base + line.removeprefix("!")):
            found = problems(description, response)
            print(response.status_code, response.request.path_url, *found, sep=" | " if found else " ")
            failed = failed or bool(found)
    session.headers["Authorization"] = f"SSWS {token}"
    for path in ("/api/v1/groups?limit=1", "/api/v1/users?limit=1"):
        if not refuses_a_wrong_answer(description, session.get(base + path, timeout=30)):
            print(f"a wrong answer to {path} would pass: this validation proves nothing")
            failed = True
    sys.exit(failed)


main()
