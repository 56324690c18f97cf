using System;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>
/// Credentials from a profile or the default chain. They are kept until shortly before they expire. When the AWS files
/// change, their source is determined again.
/// </summary>
#pragma warning disable CA1001 // The SDK disposes no credentials, and the semaphore holds no unmanaged resource.
internal sealed class SourcedCredentials : AWSCredentials
#pragma warning restore CA1001
{
    // Requests in progress need keys that stay valid for a while.
    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(5);

    // Otherwise, keys that expire within the margin would be renewed at each request.
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);

    private readonly ClientSettings _settings;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile State _state;

    public SourcedCredentials(ClientSettings settings, TimeProvider clock)
    {
        _settings = settings;
        _clock = clock;
        _state = Find();
    }

    /// <summary>Gets the keys that sign a call, before the call is made.</summary>
    /// <exception cref="CredentialException">There are no keys.</exception>
    public async Task<AwsKeys> PrepareAsync(CallOptions options, CancellationToken cancellationToken)
    {
        State state = _state;
        if (state.IsGood(_clock.GetUtcNow()) && state.Stamp == Stamp())
        {
            return state.Keys!;
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await RenewAsync(options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    public override ImmutableCredentials GetCredentials() => Task.Run(GetCredentialsAsync).GetAwaiter().GetResult();

    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        AwsKeys keys = await PrepareAsync(CallOptions.Quiet, CancellationToken.None).ConfigureAwait(false);
        return new ImmutableCredentials(keys.AccessKey, keys.SecretKey.Reveal(), keys.SessionToken?.Reveal());
    }

    private async Task<AwsKeys> RenewAsync(CallOptions options, CancellationToken cancellationToken)
    {
        State state = _state;
        DateTimeOffset now = _clock.GetUtcNow();
        if (state.Stamp != Stamp())
        {
            try
            {
                state = Find();
            }
            catch (CredentialException) when (state.Keys is not null && !state.Keys.HasEnded(now))
            {
                // A program may be writing the file. Use the current keys until the file is complete.
                return state.Keys;
            }
        }

        if (state.IsGood(now))
        {
            return state.Keys!;
        }

        AwsKeys keys;
        try
        {
            keys = await state.Source.GetAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch (CredentialException) when (state.Keys is not null && !state.Keys.HasEnded(now))
        {
            return state.Keys;
        }

        _state = state with
        {
            Keys = keys,
            RenewAt = state.Source.IsAskedEachTime ? DateTimeOffset.MinValue : RenewalOf(keys, _clock.GetUtcNow()),
        };
        return keys;
    }

    private static DateTimeOffset RenewalOf(AwsKeys keys, DateTimeOffset now)
    {
        if (keys.Ends is not DateTimeOffset ends)
        {
            return DateTimeOffset.MaxValue;
        }

        return ends - s_margin > now + s_shortest ? ends - s_margin : now + s_shortest;
    }

    private State Find()
    {
        string stamp = Stamp();
        return new State(CredentialChain.Find(new AwsSettings(_settings)), stamp, Keys: null, DateTimeOffset.MinValue);
    }

    private string Stamp() => ConfigFiles.Locate(_settings.ProfileLocation).Stamp();

    /// <summary>The source that the files name, and its last keys.</summary>
    private sealed record State(CredentialSource Source, string Stamp, AwsKeys? Keys, DateTimeOffset RenewAt)
    {
        public bool IsGood(DateTimeOffset now) => Keys is not null && now < RenewAt;
    }
}
