"""scim2-cli, with the same random values every time: `scim_tester.py --url URL test` is `scim2 --url URL test`.

The tester fills attributes at random, and whether AWS refuses some of them depends on what came.
"""

import random

from scim2_cli import cli

random.seed(1)
cli()
