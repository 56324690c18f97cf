"""Sends the cases of a file with boto3, each to its own endpoint, and prints the results as JSON."""
import json
import re
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, ParamValidationError
from botocore.parsers import ResponseParserError


def shown(answer):
    answer.pop("ResponseMetadata", None)
    credentials = answer.get("jobDetails", {}).get("data", {}).get("artifactCredentials", {})
    for name in credentials:
        credentials[name] = bool(credentials[name])
    return answer


def send(case):
    client = boto3.client(
        "codepipeline", endpoint_url=case["endpoint"], region_name=case["region"], aws_access_key_id=case["accessKey"],
        aws_secret_access_key=case["secretKey"], aws_session_token=case["sessionToken"],
        config=Config(retries={"total_max_attempts": 1}, read_timeout=60))
    call = getattr(client, re.sub("(?<!^)([A-Z])", r"_\1", case["operation"]).lower())
    try:
        return {"outcome": "ok", "fields": shown(call(**case["request"]))}
    except ParamValidationError as error:
        return {"outcome": "refused", "message": str(error)}
    except ClientError as error:
        metadata = error.response["ResponseMetadata"]
        return {
            "outcome": error.response["Error"]["Code"],
            "requestId": metadata.get("RequestId"),
            "message": str(error),
        }
    except ResponseParserError as error:
        return {"outcome": "unreadable", "message": str(error)}
    except HTTPClientError as error:
        return {"outcome": "connection", "message": str(error)}


with open(sys.argv[1], encoding="utf-8") as file:
    cases = json.load(file)
print(json.dumps([{"name": case["name"], **send(case)} for case in cases]))
