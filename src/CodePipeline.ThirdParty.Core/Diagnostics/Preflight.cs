using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Credentials;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;

namespace CodePipeline.ThirdParty.Diagnostics;

/// <summary>
/// Checks a session without side effects. It calls operations with a made-up job id: the error shows whether the
/// permission or only the job is missing.
/// </summary>
/// <remarks>It never polls. A poll hands out jobs, and no worker would get them until their lease ends.</remarks>

internal sealed class Preflight(
    ThirdPartySession session,
    TimeProvider clock,
    CallOptions options,
    Func<Exception, (string Text, string RecommendedAction)?> describe,
    Action<ConnectionCheck> report)
{
    private const string Poll = "PollForThirdPartyJobs";
    private static readonly TimeSpan s_tolerableSkew = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan s_stsTimeout = TimeSpan.FromSeconds(10);

    private DateTimeOffset? _serverTime;

    public async Task RunAsync(ActionTypeId? actionType, string? clientId, CancellationToken cancellationToken)
    {
        if (!CheckRegion())
        {
            return;
        }

        await TryAsync("Credentials", () => CheckCredentialsAsync(cancellationToken)).ConfigureAwait(false);
        await TryAsync("Identity", () => CheckIdentityAsync(cancellationToken)).ConfigureAwait(false);
        await CheckOperationsAsync(cancellationToken).ConfigureAwait(false);
        CheckClock();
        CheckActionType(actionType);
        await TryAsync("Client tokens", () => CheckTokensAsync(clientId, cancellationToken)).ConfigureAwait(false);
    }

    private bool CheckRegion()
    {
        try
        {
            report(Passed("Region", RegionNames.Check(session.Region)));
            return true;
        }
        catch (InvalidInputException error)
        {
            report(new ConnectionCheck("Region", CheckResult.Failed, error.Message, error.RecommendedAction));
            return false;
        }
    }

    private async Task<ConnectionCheck> CheckCredentialsAsync(CancellationToken cancellationToken)
    {
        if (session.Settings.Anonymous)
        {
            return new ConnectionCheck("Credentials", CheckResult.NotTried, "The session is anonymous.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        string accessKey;
        AWSCredentials credentials = FindCredentials();
        try
        {
            accessKey = credentials is SourcedCredentials sourced
                ? (await sourced.PrepareAsync(options, cancellationToken).ConfigureAwait(false)).AccessKey
                : (await credentials.GetCredentialsAsync().ConfigureAwait(false)).AccessKey;
        }
        catch (AmazonClientException error)
        {
            throw CredentialResolver.Translate(session.Settings, error);
        }

        string end = accessKey.Length > 4 ? accessKey.Substring(accessKey.Length - 4) : accessKey;
        return Passed("Credentials", $"Access key ending in {end}, from {session.CredentialSource}.");
    }

    private async Task<ConnectionCheck> CheckIdentityAsync(CancellationToken cancellationToken)
    {
        // The environment and the profile can also set an endpoint. Keys for such an endpoint are not valid for AWS
        // STS.
        if (session.Settings.Anonymous || session.EndpointUrl is not null
            || session.Client is ThirdPartyJobClient { HasOwnEndpoint: false })
        {
            return new ConnectionCheck(
                "Identity", CheckResult.NotTried, "Only keys for the service's own endpoint have an AWS identity.");
        }

        AmazonSecurityTokenServiceConfig config = ServiceConfigs.Sts(new AwsSettings(session.Settings));
        config.MaxErrorRetry = 1;
        config.Timeout = s_stsTimeout;
        using var sts = new AmazonSecurityTokenServiceClient(FindCredentials(), config);
        try
        {
            GetCallerIdentityResponse identity = await sts
                .GetCallerIdentityAsync(new GetCallerIdentityRequest(), cancellationToken).ConfigureAwait(false);
            return Passed("Identity", $"{identity.Arn} in account {identity.Account}.");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new ConnectionCheck(
                "Identity", CheckResult.Failed, $"AWS STS did not return the identity: {error.Message}",
                "Check that the credentials are valid and that this machine can reach sts.REGION.amazonaws.com.");
        }
    }

    private async Task CheckOperationsAsync(CancellationToken cancellationToken)
    {
        string job = Guid.NewGuid().ToString();
        var token = new Secret("preflight-" + Guid.NewGuid().ToString("N"));
        IThirdPartyJobClient client;
        try
        {
            client = session.Client;
        }
        catch (Exception error) when (describe(error) is (string text, string recommendedAction))
        {
            report(new ConnectionCheck("Endpoint", CheckResult.Failed, text, recommendedAction));
            return;
        }

        report(new ConnectionCheck(
            Poll, CheckResult.NotTried, "A poll would hand out jobs.",
            "Check that the identity is allowed to call codepipeline:PollForThirdPartyJobs."));
        bool reached = await ProbeAsync("GetThirdPartyJobDetails", first: true, () =>
            client.GetThirdPartyJobDetailsAsync(job, token, options, cancellationToken)).ConfigureAwait(false);
        if (!reached)
        {
            return;
        }

        await ProbeAsync("AcknowledgeThirdPartyJob", first: false, () =>
            client.AcknowledgeThirdPartyJobAsync(job, "1", token, options, cancellationToken)).ConfigureAwait(false);
        await ProbeAsync("PutThirdPartyJobSuccessResult", first: false, () =>
            client.PutThirdPartyJobSuccessResultAsync(job, token, new SuccessResult(), options, cancellationToken))
            .ConfigureAwait(false);
        var failure = new FailureResult(FailureType.JobFailed, "Preflight check of a made-up job.", null);
        await ProbeAsync("PutThirdPartyJobFailureResult", first: false, () =>
            client.PutThirdPartyJobFailureResultAsync(job, token, failure, options, cancellationToken))
            .ConfigureAwait(false);
    }

    /// <summary>Calls an operation with a made-up job id. Returns whether the service was reached.</summary>
    private async Task<bool> ProbeAsync(string operation, bool first, Func<Task> call)
    {
        try
        {
            await call().ConfigureAwait(false);
            return ReportAllowed(operation, first);
        }
        catch (ThirdPartyServiceException error)
        {
            _serverTime = error.Error.ServerTime ?? _serverTime;
            bool allowed = error is JobNotFoundException or InvalidJobException or InvalidClientTokenException
                or InvalidNonceException or InvalidJobStateException or ValidationException;
            if (allowed)
            {
                return ReportAllowed(operation, first);
            }

            bool reached = error is not (ServiceUnavailableException or UnexpectedResponseException);
            if (first && reached)
            {
                report(Passed("Endpoint", Endpoint()));
            }

            (string text, string recommendedAction) = describe(error)!.Value;
            report(new ConnectionCheck(reached ? operation : "Endpoint", CheckResult.Failed, text, recommendedAction));
            return reached;
        }
        catch (Exception error) when (describe(error) is (string text, string recommendedAction))
        {
            report(new ConnectionCheck(
                error is CredentialException ? operation : "Endpoint", CheckResult.Failed, text, recommendedAction));
            return false;
        }
    }

    private bool ReportAllowed(string operation, bool first)
    {
        if (first)
        {
            report(Passed("Endpoint", Endpoint()));
        }

        report(Passed(operation, "Allowed: the service looked up the made-up job."));
        return true;
    }

    private void CheckClock()
    {
        if (_serverTime is not DateTimeOffset server)
        {
            report(new ConnectionCheck("Clock", CheckResult.NotTried, "The service did not send its time."));
            return;
        }

        TimeSpan skew = clock.GetUtcNow() - server;

        // The Date header has a resolution of one second.
        string text = skew.Duration() < TimeSpan.FromSeconds(2)
            ? "The clock of this machine agrees with the service's."
            : string.Format(
                CultureInfo.InvariantCulture, "The clock of this machine is {0:0} s {1} the service's.",
                skew.Duration().TotalSeconds, skew < TimeSpan.Zero ? "behind" : "ahead of");
        report(skew.Duration() < s_tolerableSkew
            ? Passed("Clock", text)
            : new ConnectionCheck("Clock", CheckResult.Failed, text, "Set the clock of this machine."));
    }

    private void CheckActionType(ActionTypeId? actionType) => report(actionType is null
        ? new ConnectionCheck(
            "Action type", CheckResult.NotTried, "No action type was given.", "Give -ActionType to check its format.")
        : Passed("Action type", $"{actionType} is well formed. Only a poll shows whether the service knows it."));

    private async Task<ConnectionCheck> CheckTokensAsync(string? clientId, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(clientId))
        {
            return new ConnectionCheck(
                "Client tokens", CheckResult.NotTried, $"They come from {session.ClientTokenSource}.",
                "Give -ClientId to look up a token.");
        }

        await ClientTokenResolver
            .ResolveAsync(jobId: null, clientId, parameter: null, carried: null, session, cancellationToken)
            .ConfigureAwait(false);
        return Passed("Client tokens", $"Found a token for client {clientId}, from {session.ClientTokenSource}.");
    }

    private AWSCredentials FindCredentials() =>
        (session.Client as ThirdPartyJobClient)?.Credentials ?? CredentialResolver.Resolve(session.Settings);

    private string Endpoint() =>
        (session.Client as ThirdPartyJobClient)?.Endpoint.AbsoluteUri ?? session.EndpointUrl ?? "reached";

    private async Task TryAsync(string name, Func<Task<ConnectionCheck>> check)
    {
        try
        {
            report(await check().ConfigureAwait(false));
        }
        catch (Exception error) when (describe(error) is (string text, string recommendedAction))
        {
            report(new ConnectionCheck(name, CheckResult.Failed, text, recommendedAction));
        }
    }

    private static ConnectionCheck Passed(string name, string text) => new(name, CheckResult.Passed, text);
}
