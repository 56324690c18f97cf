using System;
using System.IO;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>The failure type and message of a job whose artifact transfer failed.</summary>
public sealed class TransferFailureTests
{
    [Theory]
    [InlineData(ArtifactFault.AccessDenied, FailureType.PermissionError)]
    [InlineData(ArtifactFault.KeyUnusable, FailureType.PermissionError)]
    [InlineData(ArtifactFault.NoCredentials, FailureType.PermissionError)]
    [InlineData(ArtifactFault.CredentialsRejected, FailureType.PermissionError)]
    [InlineData(ArtifactFault.CredentialsExpired, FailureType.SystemUnavailable)]
    [InlineData(ArtifactFault.NotFound, FailureType.RevisionUnavailable)]
    [InlineData(ArtifactFault.Replaced, FailureType.RevisionUnavailable)]
    [InlineData(ArtifactFault.SourceNotFound, FailureType.JobFailed)]
    [InlineData(ArtifactFault.SourceChanged, FailureType.JobFailed)]
    [InlineData(ArtifactFault.Damaged, FailureType.SystemUnavailable)]
    [InlineData(ArtifactFault.Throttled, FailureType.SystemUnavailable)]
    [InlineData(ArtifactFault.Unavailable, FailureType.SystemUnavailable)]
    [InlineData(ArtifactFault.DiskFull, FailureType.SystemUnavailable)]
    [InlineData(ArtifactFault.PathUnusable, FailureType.SystemUnavailable)]
    public void TypeOf_TransferFault_MapsToFailureType(ArtifactFault fault, FailureType type) =>
        Assert.Equal(type, TransferFailure.TypeOf(new ArtifactTransferException(fault, "x", "y")));

    [Theory]
    [InlineData(ArchiveFault.Unsafe, FailureType.JobFailed)]
    [InlineData(ArchiveFault.Damaged, FailureType.JobFailed)]
    [InlineData(ArchiveFault.TooLarge, FailureType.JobFailed)]
    [InlineData(ArchiveFault.Conflict, FailureType.JobFailed)]
    [InlineData(ArchiveFault.Unsupported, FailureType.JobFailed)]
    [InlineData(ArchiveFault.Storage, FailureType.SystemUnavailable)]
    public void TypeOf_ArchiveFault_MapsToFailureType(ArchiveFault fault, FailureType type) =>
        Assert.Equal(type, TransferFailure.TypeOf(ArchiveErrors.New(fault, "x", "y", "archive")));

    [Fact]
    public void TypeOf_OtherErrors_MapsToFailureType()
    {
        Assert.Equal(FailureType.PermissionError, TransferFailure.TypeOf(ServiceErrors.Coded("AccessDeniedException")));
        Assert.Equal(FailureType.SystemUnavailable, TransferFailure.TypeOf(ServiceErrors.Throttling));
        Assert.Equal(FailureType.SystemUnavailable, TransferFailure.TypeOf(new IOException("x")));
    }

    [Theory]
    [InlineData(1, "GetObject of artifact 'In' at https://s3.example failed after 1 attempt: refused")]
    [InlineData(3, "GetObject of artifact 'In' at https://s3.example failed after 3 attempts: refused")]
    public void MessageOf_ConnectionError_NamesArtifactAndEndpoint(int attempts, string message)
    {
        var error = new ThirdPartyConnectionException(
            ConnectionFault.Unreachable, "GetObject", "https://s3.example", "refused", attempts,
            new IOException("refused"), answerLost: false);

        Assert.Equal(message, TransferFailure.MessageOf(error, "In"));
        Assert.Equal("x", TransferFailure.MessageOf(new IOException("x"), "In"));
    }
}
