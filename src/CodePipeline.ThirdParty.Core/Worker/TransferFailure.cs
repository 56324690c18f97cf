using System;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>How an artifact that could not be moved is reported.</summary>
internal static class TransferFailure
{
    /// <summary>
    /// What is said of it. Most errors name the artifact; one of the connection knows only where it was to go.
    /// </summary>
    public static string MessageOf(Exception error, string? artifact) =>
        error is ThirdPartyConnectionException connection
        ? $"{connection.Operation} of artifact '{artifact}' failed after {connection.Attempts} "
            + $"attempt{(connection.Attempts == 1 ? string.Empty : "s")}, at {connection.Endpoint}: "
            + connection.Message
        : error.Message;

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

        // Trying again would bring the same archive.
        ArchiveException { Fault: not ArchiveFault.Storage } => FailureType.JobFailed,
        _ => FailureType.SystemUnavailable,
    };
}
