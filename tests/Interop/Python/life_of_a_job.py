"""Runs one job through poll, details, acknowledge, continuation and failure, and prints the responses as JSON."""
import datetime
import json
import sys

import boto3

client_token, = sys.argv[1:]
codepipeline = boto3.client("codepipeline")
action_type = {"category": "Test", "owner": "ThirdParty", "provider": "Contoso", "version": "1"}
seen = []


def claim():
    job = codepipeline.poll_for_third_party_jobs(actionTypeId=action_type, maxBatchSize=1)["jobs"][0]
    key = {"jobId": job["jobId"], "clientToken": client_token}
    details = codepipeline.get_third_party_job_details(**key)["jobDetails"]
    status = codepipeline.acknowledge_third_party_job(nonce=details["nonce"], **key)["status"]
    seen.append({
        "clientId": job["clientId"],
        "jobId": details["id"],
        "status": status,
        "configuration": details["data"]["actionConfiguration"]["configuration"],
        "continuationToken": details["data"].get("continuationToken"),
        "outputArtifacts": [artifact["name"] for artifact in details["data"]["outputArtifacts"]],
    })
    return key


key = claim()
codepipeline.put_third_party_job_success_result(
    continuationToken="step 2",
    currentRevision={
        "revision": "r",
        "changeIdentifier": "c",
        "created": datetime.datetime(2030, 1, 2, tzinfo=datetime.timezone.utc),
    },
    **key)
try:
    codepipeline.get_third_party_job_details(**key)
except codepipeline.exceptions.InvalidJobException as error:
    seen.append({
        "error": error.response["Error"]["Code"],
        "requestId": error.response["ResponseMetadata"]["RequestId"],
    })

key = claim()
codepipeline.put_third_party_job_failure_result(
    failureDetails={"type": "SystemUnavailable", "message": "later"}, **key)
for call in (
        lambda: codepipeline.put_third_party_job_success_result(**key),
        lambda: codepipeline.acknowledge_third_party_job(jobId=key["jobId"], clientToken=client_token, nonce="0"),
        lambda: codepipeline.get_third_party_job_details(jobId="nowhere", clientToken=client_token),
        lambda: codepipeline.get_third_party_job_details(jobId=key["jobId"], clientToken="wrong"),
        lambda: codepipeline.poll_for_third_party_jobs(actionTypeId={**action_type, "version": "2"}),
        lambda: codepipeline.get_third_party_job_details(jobId="x" * 513, clientToken=client_token)):
    try:
        call()
        seen.append({"error": None})
    except codepipeline.exceptions.ClientError as error:
        seen.append({"error": type(error).__name__})
print(json.dumps(seen))
