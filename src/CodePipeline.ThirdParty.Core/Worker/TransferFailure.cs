using System;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Turns the error of an artifact transfer into a failure type and message.</summary>
internal static class TransferFailure
{
    /// <summary>
    /// The failure message. Most errors name the artifact; for a connection error, which does not, this adds its name.
    /// </summary>
    public static string MessageOf(Exception error, string? artifact) =>
        error is ThirdPartyConnectionException connection
        ? $"{connection.Operation} of artifact '{artifact}' at {connection.Endpoint} failed after "
            + $"{connection.Attempts} attempt{(connection.Attempts == 1 ? string.Empty : "s")}: {connection.Message}"
        : error.Message;

    /// <summary>The failure type, chosen by what the pipeline's owner can do about the error.</summary>
    public static FailureType TypeOf(Exception error) => error switch
    {
        AccessDeniedException => FailureType.PermissionError,
        ArtifactTransferException
        {
            Fault: ArtifactFault.AccessDenied or ArtifactFault.KeyUnusable or ArtifactFault.NoCredentials
                or ArtifactFault.CredentialsRejected,
        } => FailureType.PermissionError,
        ArtifactTransferException
        {
            Fault: ArtifactFault.NotFound or ArtifactFault.Replaced,
        } => FailureType.RevisionUnavailable,
        ArtifactTransferException
        {
            Fault: ArtifactFault.SourceNotFound or ArtifactFault.SourceChanged,
        } => FailureType.JobFailed,

        // A retry would download the same archive.
        ArchiveException { Fault: not ArchiveFault.Storage } => FailureType.JobFailed,
        _ => FailureType.SystemUnavailable,
    };
}
