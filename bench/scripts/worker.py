"""Prints the jobs per second of a boto3 worker with a thread pool, after warm-up jobs.

The worker polls for as many jobs as it has free threads. A thread sends details, acknowledge and success.
"""
import concurrent.futures
import sys
import threading
import time

import boto3
from botocore.config import Config

provider, token, threads, warm_up, jobs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
client = boto3.client("codepipeline", config=Config(max_pool_connections=threads + 1))
action = {"category": "Test", "owner": "ThirdParty", "provider": provider, "version": "1"}
slots = threading.Semaphore(threads)


def handle(job_id):
    try:
        details = client.get_third_party_job_details(jobId=job_id, clientToken=token)["jobDetails"]
        status = client.acknowledge_third_party_job(jobId=job_id, nonce=details["nonce"], clientToken=token)["status"]
        assert status == "InProgress", status
        client.put_third_party_job_success_result(jobId=job_id, clientToken=token)
    finally:
        slots.release()


taken, started, futures = 0, None, []
with concurrent.futures.ThreadPoolExecutor(threads) as pool:
    while taken < jobs:
        slots.acquire()
        free = 1
        while slots.acquire(blocking=False):
            free += 1
        batch = client.poll_for_third_party_jobs(actionTypeId=action, maxBatchSize=free)["jobs"]
        for _ in range(free - len(batch)):
            slots.release()
        if started is None and taken >= warm_up:
            started, warm = time.perf_counter(), taken
        taken += len(batch)
        futures += [pool.submit(handle, job["jobId"]) for job in batch]
    for future in futures:
        future.result()
print((taken - warm) / (time.perf_counter() - started))
