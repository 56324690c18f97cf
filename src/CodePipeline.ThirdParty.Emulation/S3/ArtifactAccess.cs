using System.Linq;
using CodePipeline.ThirdParty.Emulation.Jobs;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>
/// Authorizes requests with artifact credentials: they may read the job's artifacts and write its output artifacts.
/// </summary>
internal sealed class ArtifactAccess
{
    private readonly JobTable _jobs;

    internal ArtifactAccess(JobTable jobs)
    {
        _jobs = jobs;
    }

    /// <summary>Checks that the caller may perform an operation.</summary>
    /// <exception cref="S3Exception">Access is denied.</exception>
    internal void Check(S3Caller caller, S3Request request, string operation)
    {
        if (caller.JobId is null)
        {
            return;
        }

        EmulatedJob? job = _jobs.Find(caller.JobId);
        bool IsThis(EmulatedArtifact artifact) =>
            artifact.BucketName == request.Bucket && artifact.ObjectKey == request.Key;
        bool isOutput = job is not null && job.OutputArtifacts.Any(IsThis);
        bool isInput = job is not null && job.InputArtifacts.Any(IsThis);
        bool isAllowed = operation switch
        {
            S3Operations.GetObject or S3Operations.HeadObject => isInput || isOutput,
            S3Operations.PutObject
                or S3Operations.CreateMultipartUpload
                or S3Operations.UploadPart
                or S3Operations.CompleteMultipartUpload
                or S3Operations.AbortMultipartUpload
                or S3Operations.ListParts => isOutput,
            _ => false,
        };
        if (!isAllowed)
        {
            string resource = request.Bucket + (request.Key is null ? string.Empty : "/" + request.Key);
            throw S3Exception.AccessDenied(
                $"The artifact credentials {caller.AccessKeyId} are not authorized to perform: s3:{operation} on "
                    + $"resource: \"arn:aws:s3:::{resource}\"");
        }
    }
}
