using System;
using System.IO;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using CodePipeline.ThirdParty.Artifacts;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

/// <summary>Tests how errors of the store and the system are translated.</summary>
public sealed class ArtifactErrorsTests
{
    [Theory]
    [InlineData("NoSuchKey", 404, ArtifactFault.NotFound)]
    [InlineData("NoSuchBucket", 404, ArtifactFault.NotFound)]
    [InlineData("AccessDenied", 403, ArtifactFault.AccessDenied)]
    [InlineData("ExpiredToken", 400, ArtifactFault.CredentialsExpired)]
    [InlineData("InvalidAccessKeyId", 403, ArtifactFault.CredentialsRejected)]
    [InlineData("SignatureDoesNotMatch", 403, ArtifactFault.CredentialsRejected)]
    [InlineData("RequestTimeTooSkewed", 403, ArtifactFault.CredentialsRejected)]
    [InlineData("AuthorizationHeaderMalformed", 400, ArtifactFault.BucketElsewhere)]
    [InlineData("PreconditionFailed", 412, ArtifactFault.Replaced)]
    [InlineData("BadDigest", 400, ArtifactFault.Damaged)]
    [InlineData("SlowDown", 503, ArtifactFault.Throttled)]
    [InlineData("KMS.DisabledException", 400, ArtifactFault.KeyUnusable)]
    [InlineData("KMS.NotFoundException", 404, ArtifactFault.KeyUnusable)]
    [InlineData("Odd", 404, ArtifactFault.NotFound)]
    [InlineData(null, 404, ArtifactFault.NotFound)]
    [InlineData("Odd", 403, ArtifactFault.AccessDenied)]
    [InlineData("Odd", 301, ArtifactFault.BucketElsewhere)]
    [InlineData("Odd", 307, ArtifactFault.BucketElsewhere)]
    [InlineData("Odd", 412, ArtifactFault.Replaced)]
    [InlineData("Odd", 429, ArtifactFault.Throttled)]
    [InlineData("Odd", 500, ArtifactFault.Unavailable)]
    [InlineData("Odd", 503, ArtifactFault.Unavailable)]
    [InlineData("Odd", 400, ArtifactFault.UnexpectedResponse)]
    public void FaultOf_CodeOrStatus_MapsToFault(string? code, int status, ArtifactFault fault) =>
        Assert.Equal(fault, ArtifactErrors.FaultOf(Answer(code, status)));

    [Fact]
    public void FromResponse_MessageWithSecrets_MasksThem()
    {
        var answer = new AmazonS3Exception(
            " No rights for session-token. ", null, ErrorType.Sender, "AccessDenied", "request-1",
            HttpStatusCode.Forbidden, "extended-1");

        ArtifactTransferException error = ArtifactErrors.FromResponse(
            "GetObject", "artifact 'In'", answer, 2, ["session-token"]);

        Assert.Equal(
            "GetObject of artifact 'In' failed after 2 attempts: AccessDenied: No rights for ***. "
            + "(request id request-1, extended request id extended-1)",
            error.Message);
        Assert.Equal(
            ("AccessDenied", 403, "request-1", "extended-1"),
            (error.Code, error.StatusCode, error.RequestId, error.ExtendedRequestId));
        Assert.Null(error.InnerException);
    }

    [Fact]
    public void FromResponse_NoCodeOrMessage_ShowsStatus()
    {
        ArtifactTransferException error =
            ArtifactErrors.FromResponse("GetObject", "artifact 'In'", Answer(null, 400), 1, []);

        Assert.Equal("GetObject of artifact 'In' failed: HTTP 400", error.Message);
        Assert.Equal((null, null, null), (error.Code, error.RequestId, error.ExtendedRequestId));
    }

    [Theory]
    [InlineData(true, "Grant this account")]
    [InlineData(false, "no other program has the file open")]
    public void OfPath_Error_NamesPathAndRecommendedAction(bool isOfRights, string recommendedAction)
    {
        Exception cause = isOfRights ? new UnauthorizedAccessException("no") : new IOException("no");

        ArtifactTransferException error = ArtifactErrors.OfPath("Writing", "/some/file", cause);

        Assert.Equal((ArtifactFault.PathUnusable, "/some/file"), (error.Fault, error.Path));
        Assert.Equal("Writing '/some/file' failed: no", error.Message);
        Assert.Contains(recommendedAction, error.RecommendedAction, StringComparison.Ordinal);
    }

    private static AmazonS3Exception Answer(string? code, int status, string? message = "", string? requestId = null) =>
        new(message, ErrorType.Unknown, code, requestId, (HttpStatusCode)status);
}
