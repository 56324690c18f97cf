"""Jobs per second of a boto3 loop: poll, details, acknowledge, success. The first batch warms up."""
import sys
import time

import boto3

provider, token, batch = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = boto3.client("codepipeline")
action = {"category": "Test", "owner": "ThirdParty", "provider": provider, "version": "1"}
done, started = 0, None
while True:
    jobs = client.poll_for_third_party_jobs(actionTypeId=action, maxBatchSize=batch)["jobs"]
    if not jobs:
        break
    for job in jobs:
        details = client.get_third_party_job_details(jobId=job["jobId"], clientToken=token)["jobDetails"]
        status = client.acknowledge_third_party_job(jobId=job["jobId"], nonce=details["nonce"], clientToken=token)["status"]
        assert status == "InProgress", status
        client.put_third_party_job_success_result(
            jobId=job["jobId"], clientToken=token, executionDetails={"summary": "ok"})
    if started is None:
        started = time.perf_counter()
    else:
        done += len(jobs)
print(done / (time.perf_counter() - started))
