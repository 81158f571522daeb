"""Signs the requests of standard input with botocore, as the AWS CLI does."""

import json
import sys

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

asked = json.load(sys.stdin)
identity = asked["credentials"]
credentials = Credentials(
    identity["accessKeyId"], identity["secretAccessKey"], identity.get("sessionToken")
)


def signed(plan):
    origin = "https://" + asked["host"]
    query = "?" + plan["query"] if plan["query"] else ""
    request = AWSRequest(
        plan["method"], origin + plan["path"] + query, plan["headers"], plan["body"]
    )
    auth = SigV4QueryAuth if plan["presign"] else SigV4Auth
    auth(credentials, asked["service"], asked["region"]).add_auth(request)
    headers = [["Host", asked["host"]]] + [list(item) for item in request.headers.items()]
    return {
        "method": request.method,
        "target": request.url[len(origin) :],
        "headers": [text for pair in headers for text in pair],
        "body": plan["body"],
    }


print(json.dumps([signed(plan) for plan in asked["requests"]]))
