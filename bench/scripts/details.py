"""Prints the microseconds of each warm GetThirdPartyJobDetails call of boto3, one per line."""
import sys
import time

import boto3

job_id, token, warm_up, calls = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
client = boto3.client("codepipeline")
for i in range(warm_up + calls):
    started = time.perf_counter_ns()
    client.get_third_party_job_details(jobId=job_id, clientToken=token)
    if i >= warm_up:
        print((time.perf_counter_ns() - started) / 1000)
