"""Transfers artifacts with a job's temporary credentials, and prints the results as JSON.

Arguments: job id, client token, file to upload, file to download to.
"""
import json
import sys

import boto3
from botocore.config import Config

job_id, client_token, upload, download = sys.argv[1:]
owner = boto3.client("s3")
data = boto3.client("codepipeline").get_third_party_job_details(
    jobId=job_id, clientToken=client_token)["jobDetails"]["data"]
given = data["artifactCredentials"]
source = data["inputArtifacts"][0]["location"]["s3Location"]
target = data["outputArtifacts"][0]["location"]["s3Location"]
bucket = source["bucketName"]
encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": data["encryptionKey"]["id"]}


def client(**settings):
    return boto3.client("s3", **{
        "aws_access_key_id": given["accessKeyId"],
        "aws_secret_access_key": given["secretAccessKey"],
        "aws_session_token": given["sessionToken"],
        **settings})


def error(call):
    try:
        call()
        return None
    except owner.exceptions.ClientError as caught:
        return caught.response["Error"]["Code"]


s3 = client()
seen = {}

seen["input"] = s3.get_object(Bucket=bucket, Key=source["objectKey"])["Body"].read().decode()
seen["range"] = s3.get_object(Bucket=bucket, Key=source["objectKey"], Range="bytes=2-4")["Body"].read().decode()

s3.put_object(Bucket=bucket, Key=target["objectKey"], Body=b"small", Metadata={"Step": "1"}, **encrypted)
head = s3.head_object(Bucket=bucket, Key=target["objectKey"])
seen["small"] = [head["ContentLength"], head["SSEKMSKeyId"], head["Metadata"]]

s3.upload_file(upload, bucket, target["objectKey"], ExtraArgs=encrypted)
s3.download_file(bucket, target["objectKey"], download)
head = s3.head_object(Bucket=bucket, Key=target["objectKey"], ChecksumMode="ENABLED", PartNumber=1)
seen["big"] = [head["PartsCount"], head["ChecksumType"], head["ServerSideEncryption"]]

signed = client(config=Config(s3={"payload_signing_enabled": True}))
for algorithm in ("CRC32", "SHA1", "SHA256"):
    with open(upload, "rb") as body:
        signed.upload_fileobj(body, bucket, target["objectKey"], ExtraArgs={"ChecksumAlgorithm": algorithm})
seen["sha256"] = s3.head_object(Bucket=bucket, Key=target["objectKey"], ChecksumMode="ENABLED")["ChecksumSHA256"][-2:]

upload_id = s3.create_multipart_upload(Bucket=bucket, Key=target["objectKey"])["UploadId"]
s3.upload_part(Bucket=bucket, Key=target["objectKey"], UploadId=upload_id, PartNumber=1, Body=b"x" * 10)
seen["parts"] = [part["Size"] for part in s3.list_parts(
    Bucket=bucket, Key=target["objectKey"], UploadId=upload_id)["Parts"]]
seen["uploads"] = [each["UploadId"] == upload_id for each in owner.list_multipart_uploads(Bucket=bucket)["Uploads"]]
s3.abort_multipart_upload(Bucket=bucket, Key=target["objectKey"], UploadId=upload_id)
seen["aborted"] = "Uploads" not in owner.list_multipart_uploads(Bucket=bucket)

for number in range(5):
    owner.put_object(Bucket=bucket, Key=f"list/a b+{number}/ü", Body=b"x")
pages = owner.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="list/", PaginationConfig={"PageSize": 2})
seen["list"] = [entry["Key"] for page in pages for entry in page["Contents"]]
seen["prefixes"] = len(owner.list_objects(Bucket=bucket, Prefix="list/", Delimiter="/")["CommonPrefixes"])
owner.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in seen["list"]]})
seen["left"] = owner.list_objects_v2(Bucket=bucket, Prefix="list/")["KeyCount"]

seen["region"] = client(region_name="ap-south-1").get_object(
    Bucket=bucket, Key=source["objectKey"])["Body"].read().decode()
seen["errors"] = {
    "write input": error(lambda: s3.put_object(Bucket=bucket, Key=source["objectKey"], Body=b"x")),
    "other object": error(lambda: s3.get_object(Bucket=bucket, Key="other")),
    "list": error(lambda: s3.list_objects_v2(Bucket=bucket)),
    "wrong secret": error(lambda: client(aws_secret_access_key="wrong").get_object(
        Bucket=bucket, Key=source["objectKey"])),
    "wrong token": error(lambda: client(aws_session_token="wrong").get_object(
        Bucket=bucket, Key=source["objectKey"])),
    "unknown key": error(lambda: boto3.client(
        "s3", aws_access_key_id="AKIAUNKNOWN", aws_secret_access_key="x").list_objects_v2(Bucket=bucket)),
    "no bucket": error(lambda: owner.list_objects_v2(Bucket="nowhere")),
    "no key": error(lambda: owner.get_object(Bucket=bucket, Key="none")),
    "no upload": error(lambda: s3.list_parts(Bucket=bucket, Key=target["objectKey"], UploadId="none")),
    "range": error(lambda: s3.get_object(Bucket=bucket, Key=source["objectKey"], Range="bytes=9000-")),
}
print(json.dumps(seen))
