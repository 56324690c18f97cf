"""Prints the jobs per second of a boto3 loop (poll, details, acknowledge, success), after warm-up jobs."""
import sys
import time

import boto3

provider, token, batch, warm_up = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
client = boto3.client("codepipeline")
action = {"category": "Test", "owner": "ThirdParty", "provider": provider, "version": "1"}
done, started = 0, None
while True:
    jobs = client.poll_for_third_party_jobs(actionTypeId=action, maxBatchSize=batch)["jobs"]
    if not jobs:
        break
    for job in jobs:
        details = client.get_third_party_job_details(jobId=job["jobId"], clientToken=token)["jobDetails"]
        status = client.acknowledge_third_party_job(
            jobId=job["jobId"], nonce=details["nonce"], clientToken=token)["status"]
        assert status == "InProgress", status
        client.put_third_party_job_success_result(
            jobId=job["jobId"], clientToken=token, executionDetails={"summary": "ok"})
    done += len(jobs)
    if started is None and done >= warm_up:
        started, done = time.perf_counter(), 0
print(done / (time.perf_counter() - started))
