using System;
using CodePipeline.ThirdParty.Client;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>How an artifact that could not be moved is reported.</summary>
internal static class TransferFailure
{
    public static FailureType TypeOf(Exception error) => error switch
    {
        AccessDeniedException => FailureType.PermissionError,

        ArtifactTransferException
        {
            Fault: ArtifactFault.AccessDenied or ArtifactFault.KeyUnusable or ArtifactFault.NoCredentials
                or ArtifactFault.CredentialsRejected,
        } => FailureType.PermissionError,
        ArtifactTransferException { Fault: ArtifactFault.NotFound or ArtifactFault.Replaced } => FailureType.RevisionUnavailable,
        ArtifactTransferException { Fault: ArtifactFault.SourceNotFound or ArtifactFault.SourceChanged } => FailureType.JobFailed,

        // Trying again would bring the same archive.
        ArchiveException { Fault: not ArchiveFault.Storage } => FailureType.JobFailed,
        _ => FailureType.SystemUnavailable,
    };
}
