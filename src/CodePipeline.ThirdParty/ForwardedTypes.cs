using System.Runtime.CompilerServices;
using CodePipeline.ThirdParty;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Emulation;

// PowerShell looks for types in the imported assembly only; these make the others' public types visible there.
[assembly: TypeForwardedTo(typeof(ActionTypeId))]
[assembly: TypeForwardedTo(typeof(ArtifactCredentials))]
[assembly: TypeForwardedTo(typeof(EncryptionKey))]
[assembly: TypeForwardedTo(typeof(FailureType))]
[assembly: TypeForwardedTo(typeof(InvalidInputException))]
[assembly: TypeForwardedTo(typeof(JobArtifact))]
[assembly: TypeForwardedTo(typeof(JobConfiguration))]
[assembly: TypeForwardedTo(typeof(JobStatus))]
[assembly: TypeForwardedTo(typeof(Secret))]
[assembly: TypeForwardedTo(typeof(ServiceLimits))]
[assembly: TypeForwardedTo(typeof(TextLimit))]
[assembly: TypeForwardedTo(typeof(ThirdPartyJob))]
[assembly: TypeForwardedTo(typeof(ThirdPartyJobDetail))]
[assembly: TypeForwardedTo(typeof(ThirdPartySession))]
[assembly: TypeForwardedTo(typeof(ClientRetryMode))]
[assembly: TypeForwardedTo(typeof(CredentialException))]
[assembly: TypeForwardedTo(typeof(ThirdPartyConnectionException))]
[assembly: TypeForwardedTo(typeof(ThirdPartyServiceException))]
[assembly: TypeForwardedTo(typeof(EmulatedJob))]
[assembly: TypeForwardedTo(typeof(EmulatorStartException))]
[assembly: TypeForwardedTo(typeof(FaultPlan))]
[assembly: TypeForwardedTo(typeof(ThirdPartyEmulator))]
