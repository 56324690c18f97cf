using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tests;
using Xunit;
using InvalidJobStateException = CodePipeline.ThirdParty.Client.InvalidJobStateException;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Errors;

public sealed class ErrorCatalogTests
{
    /// <summary>The ids are API. Changing one breaks scripts.</summary>
    public static TheoryData<Type, string, ErrorCategory> ServiceErrors => new()
    {
        { typeof(ActionTypeNotFoundException), "ActionTypeNotFound", ErrorCategory.ObjectNotFound },
        { typeof(ValidationException), "ServiceValidation", ErrorCategory.InvalidArgument },
        { typeof(JobNotFoundException), "JobNotFound", ErrorCategory.ObjectNotFound },
        { typeof(InvalidClientTokenException), "InvalidClientToken", ErrorCategory.AuthenticationError },
        { typeof(InvalidJobException), "InvalidJob", ErrorCategory.ResourceUnavailable },
        { typeof(InvalidJobStateException), "InvalidJobState", ErrorCategory.ResourceUnavailable },
        { typeof(InvalidNonceException), "JobTaken", ErrorCategory.ResourceBusy },
        { typeof(ThrottlingException), "Throttled", ErrorCategory.LimitsExceeded },
        { typeof(ExpiredTokenException), "CredentialsExpired", ErrorCategory.AuthenticationError },
        { typeof(AccessDeniedException), "AccessDenied", ErrorCategory.PermissionDenied },
        { typeof(UnrecognizedClientException), "CredentialsNotRecognized", ErrorCategory.AuthenticationError },
        { typeof(InvalidSignatureException), "InvalidSignature", ErrorCategory.AuthenticationError },
        { typeof(ClockSkewException), "ClockSkew", ErrorCategory.AuthenticationError },
        { typeof(ServiceUnavailableException), "ServiceUnavailable", ErrorCategory.ResourceUnavailable },
        { typeof(OtherServiceException), "ServiceError", ErrorCategory.InvalidResult },
        { typeof(UnexpectedResponseException), "UnexpectedResponse", ErrorCategory.ProtocolError },
    };

    public static TheoryData<ConnectionFault, string, ErrorCategory> ConnectionErrors => new()
    {
        { ConnectionFault.Unreachable, "EndpointUnreachable", ErrorCategory.ConnectionError },
        { ConnectionFault.NameNotResolved, "EndpointNameNotResolved", ErrorCategory.ConnectionError },
        { ConnectionFault.Tls, "TlsFailed", ErrorCategory.ConnectionError },
        { ConnectionFault.Timeout, "EndpointTimeout", ErrorCategory.OperationTimeout },
        { ConnectionFault.Proxy, "ProxyRefused", ErrorCategory.ConnectionError },
    };

    public static TheoryData<CredentialFault, string> CredentialErrors => new()
    {
        { CredentialFault.NotFound, "CredentialsNotFound" },
        { CredentialFault.ProfileNotFound, "ProfileNotFound" },
        { CredentialFault.ProfileUnusable, "ProfileUnusable" },
        { CredentialFault.SignInNeeded, "SignInNeeded" },
        { CredentialFault.SourceFailed, "CredentialsFailed" },
    };

    [Theory]
    [MemberData(nameof(ServiceErrors))]
    public void ServiceError_HasIdCategoryAndRequestId(Type type, string id, ErrorCategory category)
    {
        CommandError error = Service(type);

        Assert.Equal((id, category, "job-1"), (error.Id, error.Category, error.Target));
        Assert.Contains("TheOperation for job job-1 failed after 3 attempts: TheCode: the service's words",
            error.Message, StringComparison.Ordinal);
        Assert.EndsWith("(request id request-7)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5.1.0.0", "wrong Do right.")]
    [InlineData("7.4.13.500", "wrong Do right.")]
    [InlineData("7.5.0.500", "wrong")]
    [InlineData("7.6.9.500", "wrong")]
    public void Text_BeforePowerShell75_ContainsRecommendedAction(string engine, string expected)
    {
        var error = new CommandError(
            "Id", ErrorCategory.InvalidData, null, new InvalidOperationException(), "wrong", "Do right.");

        Assert.Equal(expected, error.TextIn(new Version(engine)));
    }

    [Fact]
    public void EveryServiceException_IsInTheCatalogue() => Assert.Equal(
        typeof(ThirdPartyServiceException).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ThirdPartyServiceException))).Select(type => type.Name).Order(),
        ServiceErrors.Select(row => ((Type)row[0]).Name).Order());

    [Fact]
    public void AccessDenied_NamesTheActionToAllow() => Assert.Contains(
        "codepipeline:TheOperation", Service(typeof(AccessDeniedException)).RecommendedAction,
        StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(ConnectionErrors))]
    public void ConnectionError_HasIdCategoryAndEndpoint(ConnectionFault fault, string id, ErrorCategory category)
    {
        CommandError error = Connection(fault);

        Assert.Equal((id, category), (error.Id, error.Category));
        Assert.Contains("https://example/", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(": refused", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryConnectionFault_IsInTheCatalogue() =>
        Assert.Equal(Enum.GetValues<ConnectionFault>(), ConnectionErrors.Select(row => (ConnectionFault)row[0]));

    [Theory]
    [MemberData(nameof(CredentialErrors))]
    public void CredentialError_HasItsIdAndProfile(CredentialFault fault, string id)
    {
        CommandError error = Credential(fault);

        Assert.Equal(
            (id, ErrorCategory.AuthenticationError, "profile-1", "message", "cure."),
            (error.Id, error.Category, error.Target, error.Message, error.RecommendedAction));
    }

    [Fact]
    public void EveryCredentialFault_IsInTheCatalogue() =>
        Assert.Equal(Enum.GetValues<CredentialFault>(), CredentialErrors.Select(row => (CredentialFault)row[0]));

    [Fact]
    public void InvalidInput_HasMessageAndRecommendedAction()
    {
        CommandError error = ErrorCatalog.Find(new InvalidInputException("JobId", "JobId is empty.", "Give one."),
            target: null)!;

        Assert.Equal(
            ("InvalidInput", ErrorCategory.InvalidArgument, "JobId", "JobId is empty.", "Give one."),
            (error.Id, error.Category, error.Target, error.Message, error.RecommendedAction));
    }

    [Fact]
    public void EveryError_HasCategoryMessageAndAction() => Assert.All(All(), error =>
    {
        Assert.NotEmpty(error.Id);
        Assert.NotEqual(ErrorCategory.NotSpecified, error.Category);
        Assert.Equal(error.Id == "Unexpected", error.Category == ErrorCategory.InvalidOperation);
        Assert.EndsWith(".", error.RecommendedAction, StringComparison.Ordinal);
        Assert.NotNull(error.Exception);
        Assert.DoesNotContain("{0}", error.RecommendedAction, StringComparison.Ordinal);
    });

    [Fact]
    public void EveryId_BelongsToOneError()
    {
        // An invalid nonce and another status than InProgress mean the same: another worker claimed the job.
        string[] twice = All().GroupBy(error => error.Id).Where(each => each.Count() > 1).Select(each => each.Key)
            .ToArray();

        Assert.Equal(new[] { "JobTaken" }, twice);
    }

    [Fact]
    public void ForeignException_NotInCatalogue() =>
        Assert.Null(ErrorCatalog.Find(new FormatException(), "target"));

    [Fact]
    public void ErrorRecord_CarriesAllOfIt()
    {
        CommandError error = Service(typeof(JobNotFoundException));

        ErrorRecord record = error.ToErrorRecord();

        Assert.Equal(
            ("JobNotFound", ErrorCategory.ObjectNotFound, "job-1", error.Message, error.RecommendedAction),
            (record.FullyQualifiedErrorId, record.CategoryInfo.Category, record.TargetObject,
                record.ErrorDetails!.Message,
                record.ErrorDetails.RecommendedAction));
        Assert.IsType<JobNotFoundException>(record.Exception);
    }

    [Fact]
    public void ErrorRecord_IsMadeInOnePlaceOnly()
    {
        IEnumerable<string> makers = Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}",
                StringComparison.Ordinal))
            .Where(file => File.ReadAllText(file).Contains("new ErrorRecord(", StringComparison.Ordinal)
                || File.ReadAllText(file).Contains("ErrorRecord ToErrorRecord", StringComparison.Ordinal))
            .Select(file => Path.GetFileName(file)!);

        // The loader references no other assembly of the module and has one error of its own: PowerShell is too old.
        Assert.Equal(
            new[] { "CommandError.cs", "GetModuleAssemblyCommand.cs" }, makers.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<CommandError> All()
    {
        var actionType = new ActionTypeId("Test", "ThirdParty", "Contoso", "1");
        var cause = new InvalidOperationException("cause");
        return ServiceErrors.Select(row => Service((Type)row[0]))
            .Concat(ConnectionErrors.Select(row => Connection((ConnectionFault)row[0])))
            .Concat(CredentialErrors.Select(row => Credential((CredentialFault)row[0])))
            .Concat(new[]
            {
                ErrorCatalog.Find(new InvalidInputException("JobId", "JobId is empty.", "Give one."), null)!,
                ErrorCatalog.Find(new ClientTokenNotFoundException("job-1", "client-1", new[] { "the session" }),
                    null)!,
                ErrorCatalog.Find(StartFailure(), "name")!,
                ErrorCatalog.JobTaken("job-1", "Queued", "job-1"),
                ErrorCatalog.NoNonce("job-1", "job-1"),
                ErrorCatalog.WaitTimedOut(actionType, TimeSpan.FromSeconds(5)),
                ErrorCatalog.SessionNotFound("name", new[] { "Default" }),
                ErrorCatalog.TokenSourceFailed("the vault", "client-1", cause),
                ErrorCatalog.EmulatorNotFound("name"),
                ErrorCatalog.EmulatorExists("name"),
                ErrorCatalog.Unexpected(cause, "job-1"),
            });
    }

    private static EmulatorStartException StartFailure()
    {
        using ThirdPartyEmulator first = ThirdPartyEmulator.Start(new EmulatorOptions());
        return Assert.Throws<EmulatorStartException>(
            () => ThirdPartyEmulator.Start(new EmulatorOptions { Port = first.Endpoint.Port }));
    }

    private static CommandError Service(Type type) => ErrorCatalog.Find(
        (Exception)Activator.CreateInstance(type, FakeClient.Error("TheCode", attempts: 3))!, "job-1")!;

    private static CommandError Connection(ConnectionFault fault) => ErrorCatalog.Find(
        new ThirdPartyConnectionException(
            fault, "TheOperation", "https://example/", "refused", 1, new InvalidOperationException("x")),
        "job-1")!;

    private static CommandError Credential(CredentialFault fault) => ErrorCatalog.Find(
        new CredentialException(fault, "message", "cure.", "profile-1", cause: null), "job-1")!;
}
