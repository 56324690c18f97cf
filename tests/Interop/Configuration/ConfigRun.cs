using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Amazon.S3;
using Amazon.S3.Model;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Interop.Configuration;

/// <summary>Runs all cases with Core in this process and with botocore in one Python process.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync.
public sealed class ConfigRun : IAsyncLifetime
#pragma warning restore CA1001
{
    private const string Secret = "secret-key";
    private const string MfaCode = "123456";

    private static readonly ActionTypeId s_type = new("Test", "ThirdParty", "Contoso", "1");

    private readonly TempFolder _folder = new();

    /// <summary>The results of Core.</summary>
    internal IReadOnlyDictionary<string, ConfigResult> Ours { get; private set; } =
        new Dictionary<string, ConfigResult>();

    /// <summary>The results of botocore; <see langword="null"/> if it is not installed.</summary>
    internal IReadOnlyDictionary<string, ConfigResult>? Botocore { get; private set; }

    public async Task InitializeAsync()
    {
        Botocore = await Tools.FindBoto3Async() is string python ? await RunBotocoreAsync(python) : null;
        Ours = await RunOursAsync();
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    private async Task<Dictionary<string, ConfigResult>> RunBotocoreAsync(string python)
    {
        Dictionary<string, string> folders = [];
        List<object> cases = [];
        foreach (ConfigCase each in ConfigTable.All.Values)
        {
            string folder = Lay(each, "botocore");
            folders[each.Name] = folder;
            cases.Add(new
            {
                name = each.Name,
                service = each.Service,
                variables = VariablesOf(each, folder),
                answers = each.Answers,
                given = new Dictionary<string, string?>
                {
                    ["region"] = each.Region, ["profile"] = each.Profile, ["endpoint"] = each.Endpoint,
                    ["accessKey"] = each.AccessKey, ["secretKey"] = each.AccessKey is null ? null : Secret,
                    ["sessionToken"] = each.SessionToken,
                },
            });
        }

        string file = _folder.Write("cases.json", JsonSerializer.Serialize(cases));
        ClientResult result = (await ClientProcess.RunAsync(
            python, [Tools.Script("configuration.py"), file],
            variables: new Dictionary<string, string> { ["PYTHONUTF8"] = "1" }))!;
        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        return JsonSerializer.Deserialize<List<Told>>(result.Output, s_camel)!.ToDictionary(
            each => each.Name,
            each => new ConfigResult(
                each.Outcome, each.Message, [.. each.Calls.Select(call => Plain(call, folders[each.Name]))]));
    }

    private async Task<Dictionary<string, ConfigResult>> RunOursAsync()
    {
        Dictionary<string, ConfigResult> results = [];
        Dictionary<string, string?> before = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(each => (string)each.Key, each => (string?)each.Value);
        try
        {
            foreach (ConfigCase each in ConfigTable.All.Values)
            {
                string folder = Lay(each, "ours");
                Dictionary<string, string> variables = VariablesOf(each, folder);
                foreach (string name in Environment.GetEnvironmentVariables().Keys.Cast<string>())
                {
                    Environment.SetEnvironmentVariable(name, variables.GetValueOrDefault(name));
                }

                foreach (KeyValuePair<string, string> variable in variables)
                {
                    Environment.SetEnvironmentVariable(variable.Key, variable.Value);
                }

                results[each.Name] = await RunAsync(each, folder);
            }
        }
        finally
        {
            foreach (string name in Environment.GetEnvironmentVariables().Keys.Cast<string>())
            {
                Environment.SetEnvironmentVariable(name, null);
            }

            foreach (KeyValuePair<string, string?> variable in before)
            {
                Environment.SetEnvironmentVariable(variable.Key, variable.Value);
            }
        }

        return results;
    }

    private static async Task<ConfigResult> RunAsync(ConfigCase each, string folder)
    {
        var network = new RecordedNetwork(each.Answers);
        var settings = new ClientSettings
        {
            Region = each.Region,
            ProfileName = each.Profile,
            AccessKey = each.AccessKey,
            SecretKey = each.AccessKey is null ? null : new Secret(Secret),
            SessionToken = each.SessionToken is null ? null : new Secret(each.SessionToken),
            EndpointUrl = each.Service == "codepipeline" ? Filled(each.Endpoint, folder) : null,
            S3EndpointUrl = each.Service == "s3" ? Filled(each.Endpoint, folder) : null,
            Intercept = network.Intercept,
        };
        (string outcome, string? message) = ("ok", null);
        try
        {
            // The cmdlets do the same.
            settings = settings with { Region = settings.Region ?? await RegionResolver.FindAsync(settings, default) };
            if (each.Service == "s3")
            {
                await HeadAsync(settings);
            }
            else
            {
                using var client = new ThirdPartyJobClient(settings);
                await client.PollForThirdPartyJobsAsync(
                    s_type, 1, new CallOptions { AskMfaCode = (_, _) => Task.FromResult<string?>(MfaCode) }, default);
            }
        }
        catch (Exception error)
        {
            (outcome, message) = (IdOf(error), error.Message);
        }

        return new ConfigResult(outcome, message, [.. network.Calls.Select(call => Plain(call, folder))]);
    }

    private static async Task HeadAsync(ClientSettings settings)
    {
        var aws = new AwsSettings(settings);
        using var client = new AmazonS3Client(
            Credentials.CredentialResolver.Resolve(settings),
            S3Configuration.Create(aws, aws.Region, dottedBucket: false));
        await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = "bucket", Key = "key" });
    }

    /// <summary>Returns the error id from the cmdlets' error catalogue.</summary>
    private static string IdOf(Exception error) => error switch
    {
        CredentialException { Fault: CredentialFault.NotFound } => "CredentialsNotFound",
        CredentialException { Fault: CredentialFault.SourceFailed } => "CredentialsFailed",
        CredentialException credential => credential.Fault.ToString(),
        InvalidInputException => "InvalidInput",
        ThirdPartyServiceException => "Service",
        _ => $"Unexpected {error.GetType().Name}",
    };

    /// <summary>Writes the files of a case into a new folder.</summary>
    private string Lay(ConfigCase each, string client)
    {
        string folder = _folder.PathOf(Path.Combine(client, ConfigTable.NumberOf(each)));
        Directory.CreateDirectory(Path.Combine(folder, "home", ".aws"));
        if (each.Config is not null)
        {
            Write("home/.aws/config", each.Config);
        }

        if (each.Credentials is not null)
        {
            Write("home/.aws/credentials", each.Credentials);
        }

        foreach (KeyValuePair<string, string> file in each.Files)
        {
            Write(file.Key, file.Value);
        }

        return folder;

        void Write(string name, string text)
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, Filled(text, folder));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(
                    path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    private static Dictionary<string, string> VariablesOf(ConfigCase each, string folder)
    {
        Dictionary<string, string> variables = new()
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? string.Empty,
            ["HOME"] = Path.Combine(folder, "home"),
            ["USERPROFILE"] = Path.Combine(folder, "home"),
        };
        if (!each.Answers.ContainsKey("machine"))
        {
            variables["AWS_EC2_METADATA_DISABLED"] = "true";
        }

        foreach (string variable in each.Variables)
        {
            string[] parts = variable.Split('=', 2);
            variables[parts[0]] = Filled(parts[1], folder)!;
        }

        return variables;
    }

    private static string? Filled(string? text, string folder) =>
        text?.Replace("@dir@", folder, StringComparison.Ordinal);

    /// <summary>Removes the parts of a request that always differ between clients.</summary>
    private static ConfigCall Plain(ConfigCall call, string folder) => call with
    {
        Ca = call.Ca?.Replace(folder, "@dir@", StringComparison.Ordinal),
        Proxy = call.Proxy is null ? null : new Uri(call.Proxy).GetLeftPart(UriPartial.Authority).Split('@')[^1]
            .Replace("http://", string.Empty, StringComparison.Ordinal),
    };

    private static readonly JsonSerializerOptions s_camel = new() { PropertyNameCaseInsensitive = true };

    private sealed record Told(string Name, string Outcome, string? Message, List<ConfigCall> Calls);
}
