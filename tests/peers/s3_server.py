"""moto's server, one request at a time.

S3 looks at a condition and writes in one step. moto does so in two, and between them another of its threads may write as
well; with a single thread there is nothing between.

    s3_server.py PORT
"""

import sys

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

run_simple("127.0.0.1", int(sys.argv[1]), DomainDispatcherApplication(create_backend_app), threaded=False)
