using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Interop.Parity;

/// <summary>The result of a case in one client, and the requests that reached the emulator.</summary>
/// <param name="Outcome"><c>refused</c>, <c>ok</c>, <c>connection</c>, <c>unreadable</c>, or the error code.</param>
/// <param name="Answer">The output of the client.</param>
/// <param name="Requests">The requests that the emulator received.</param>
/// <param name="Secrets">Values that differ between emulators, with their placeholders.</param>
internal sealed record ParityResult(
    string Outcome, JsonElement Answer, IReadOnlyList<RecordedRequest> Requests,
    IReadOnlyDictionary<string, string> Secrets)
{
    /// <summary>The body of the request, with sorted members.</summary>
    public string Body => Named(Sorted(JsonNode.Parse(Requests[^1].RevealBody())!));

    /// <summary>The fields of the response, sorted.</summary>
    public string Fields => Named(Sorted(JsonNode.Parse(Answer.GetProperty("fields").GetRawText())!));

    public string? Text(string member) =>
        Answer.TryGetProperty(member, out JsonElement value) ? value.GetString() : null;

    private string Named(string json) =>
        Secrets.Aggregate(json, (text, pair) => text.Replace(pair.Key, pair.Value, StringComparison.Ordinal));

    private static string Sorted(JsonNode node) => node switch
    {
        JsonObject members => "{" + string.Join(",", members.OrderBy(member => member.Key, StringComparer.Ordinal)
            .Where(member => member.Value is not null)
            .Select(member => JsonSerializer.Serialize(member.Key) + ":" + Sorted(member.Value!))) + "}",
        JsonArray items => "[" + string.Join(",", items.Select(item => Sorted(item!))) + "]",
        JsonValue value when value.TryGetValue(out decimal number) =>
            number.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture),
        _ => node.ToJsonString(),
    };
}

/// <summary>
/// Runs all cases with the cmdlets in one pwsh and with boto3 in one Python process, and some with the AWS CLI. Each
/// case has its own emulator.
/// </summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync.
public sealed class ParityRun : IAsyncLifetime
#pragma warning restore CA1001
{
    private const string AccessKeyId = "AKIAPARITYPARITY0000";
    private const string Region = "us-east-1";

    private static readonly Secret s_secretKey = new("the-secret-key-of-the-parity-run");
    private static readonly ActionTypeId s_type = new("Test", "ThirdParty", "Contoso", "1");

    private readonly TempFolder _folder = new();

    /// <summary>The results of our cmdlets.</summary>
    internal IReadOnlyDictionary<string, ParityResult> Ours { get; private set; } =
        new Dictionary<string, ParityResult>();

    /// <summary>The results of boto3; <see langword="null"/> if it is not installed.</summary>
    internal IReadOnlyDictionary<string, ParityResult>? Boto3 { get; private set; }

    /// <summary>The results of the AWS CLI, for its cases; <see langword="null"/> if it is not installed.</summary>
    internal IReadOnlyDictionary<string, ParityResult>? Cli { get; private set; }

    public async Task InitializeAsync()
    {
        ICollection<ParityCase> all = [.. ParityTable.All.Values];
        Ours = await RunAsync(all, file => ClientProcess.RunAsync(
            Tools.Engine.FileName,
            Tools.Engine.Arguments(
                "-NoProfile", "-NonInteractive", "-File", Tools.ShellScript("Parity.ps1"),
                "-Manifest", Tools.Manifest, "-Path", file),
            variables: new Dictionary<string, string> { ["NO_COLOR"] = "1" }));
        Boto3 = await Tools.FindBoto3Async() is string python
            ? await RunAsync(all, file => ClientProcess.RunAsync(
                python, [Tools.Script("parity.py"), file],
                variables: new Dictionary<string, string> { ["PYTHONUTF8"] = "1" }))
            : null;
        Cli = await Tools.FindAwsAsync() is string aws
            ? await RunCliAsync(aws, [.. all.Where(each => each.ByCli)])
            : null;
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    private async Task<IReadOnlyDictionary<string, ParityResult>> RunAsync(
        ICollection<ParityCase> cases, Func<string, Task<ClientResult?>> run)
    {
        List<ParityService> services = [];
        try
        {
            foreach (ParityCase each in cases)
            {
                services.Add(await ParityService.StartAsync(each));
            }

            string file = _folder.Write(
                "cases.json", JsonSerializer.Serialize(services.Select(service => service.Call)));
            ClientResult result = (await run(file))!;
            Assert.True(result.ExitCode == 0, result.Error + result.Output);
            return services
                .Zip(
                    JsonDocument.Parse(result.Output).RootElement.EnumerateArray(),
                    (service, answer) => service.ResultOf(answer))
                .ToDictionary(each => each.Answer.GetProperty("name").GetString()!, StringComparer.Ordinal);
        }
        finally
        {
            services.ForEach(service => service.Dispose());
        }
    }

    private static async Task<IReadOnlyDictionary<string, ParityResult>> RunCliAsync(
        string aws, IReadOnlyList<ParityCase> cases)
    {
        Dictionary<string, ParityResult> results = new(StringComparer.Ordinal);
        foreach (ParityCase each in cases)
        {
            using ParityService service = await ParityService.StartAsync(each);
            IEnumerable<string> letters =
                each.Operation.Select((c, i) => i > 0 && char.IsUpper(c) ? "-" + c : c.ToString());
            string command = string.Concat(letters).ToLowerInvariant();
            ClientResult result = (await ClientProcess.RunAsync(
                aws,
                [
                    "codepipeline", command, "--cli-input-json", service.Call["request"]!.ToJsonString(),
                    "--output", "json",
                ],
                service.Emulator))!;
            int code = result.Error.IndexOf("An error occurred (", StringComparison.Ordinal);
            string outcome = result.ExitCode == 0 ? "ok"
                : code >= 0 ? result.Error[(code + 19)..].Split(')')[0]
                : service.Emulator.GetRequests().Count > service.Before ? "connection" : "refused";
            string fields = result.ExitCode == 0 && result.Output.Length > 0 ? result.Output : "{}";
            results[each.Name] = service.ResultOf(JsonDocument.Parse(
                $$"""{"name":{{JsonSerializer.Serialize(each.Name)}},"outcome":"{{outcome}}","fields":{{fields}}}""")
                .RootElement);
        }

        return results;
    }

    /// <summary>An emulator with a job in the state of a case.</summary>
    private sealed class ParityService : IDisposable
    {
        private readonly EmulatedJob _job;

        private ParityService(ThirdPartyEmulator emulator, EmulatedJob job, ParityCase each)
        {
            Emulator = emulator;
            _job = job;
            Before = emulator.GetRequests().Count;
            Call = new JsonObject
            {
                ["name"] = each.Name,
                ["operation"] = each.Operation,
                ["endpoint"] = emulator.Endpoint.AbsoluteUri,
                ["region"] = each.Keys == Keys.OtherRegion ? "eu-west-1" : Region,
                ["accessKey"] = each.Keys == Keys.Unknown ? "AKIANOBODYNOBODY0000" : AccessKeyId,
                ["secretKey"] = each.Keys == Keys.WrongSecret ? "somebody-else's" : s_secretKey.Reveal(),
                ["sessionToken"] = each.Keys == Keys.StraySessionToken ? "left over" : null,
                ["request"] = JsonNode.Parse(
                    JsonSerializer.Serialize(each.Request).Replace("@nonce@", job.Nonce, StringComparison.Ordinal)),
            };
        }

        public ThirdPartyEmulator Emulator { get; }

        /// <summary>The number of requests that prepared the job.</summary>
        public int Before { get; }

        public JsonObject Call { get; }

        public static async Task<ParityService> StartAsync(ParityCase each)
        {
            ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(new EmulatorOptions
            {
                AccessKeyId = AccessKeyId, SecretAccessKey = s_secretKey, ActionTypes = [s_type], Region = Region,
            });
            emulator.AddJob(new EmulatedJobRequest(s_type)
            {
                JobId = "job-1", ClientId = "client-1", ClientToken = new Secret("token-1"), InputArtifacts = ["In"],
                OutputArtifacts = ["Out"],
                Configuration = new Dictionary<string, string> { ["Project ü"] = "漢字 😀", ["Empty"] = " " },
                EncryptionKeyId = "key-1", ContinuationToken = "step 1",
            });
            await BringToAsync(each.State, emulator);
            emulator.OrderFaults(each.Faults is null ? null : FaultPlan.Parse(each.Faults));
            return new ParityService(emulator, emulator.FindJob("job-1")!, each);
        }

        public ParityResult ResultOf(JsonElement answer)
        {
            Dictionary<string, string> secrets = new(StringComparer.Ordinal)
            {
                [_job.Nonce] = "@nonce@", [_job.ActionExecutionId] = "@execution@",
                [Emulator.ArtifactBucketName] = "@bucket@",
            };
            foreach (EmulatedArtifact artifact in _job.InputArtifacts.Concat(_job.OutputArtifacts))
            {
                secrets[artifact.ObjectKey] = $"@key of {artifact.Name}@";
                if (artifact.Revision is not null)
                {
                    secrets[artifact.Revision] = "@revision@";
                }
            }

            return new ParityResult(
                answer.GetProperty("outcome").GetString()!, answer, [.. Emulator.GetRequests().Skip(Before)], secrets);
        }

        public void Dispose() => Emulator.Dispose();

        private static async Task BringToAsync(JobState state, ThirdPartyEmulator emulator)
        {
            if (state == JobState.Queued)
            {
                return;
            }

            Secret token = new("token-1");
            using ThirdPartyJobClient client = new(new ClientSettings
            {
                Region = Region, EndpointUrl = emulator.Endpoint.AbsoluteUri, AccessKey = AccessKeyId,
                SecretKey = s_secretKey,
            });
            await client.PollForThirdPartyJobsAsync(s_type, 1, CallOptions.Quiet, CancellationToken.None);
            if (state >= JobState.Claimed)
            {
                await client.AcknowledgeThirdPartyJobAsync(
                    "job-1", emulator.FindJob("job-1")!.Nonce, token, CallOptions.Quiet, CancellationToken.None);
            }

            if (state == JobState.Finished)
            {
                await client.PutThirdPartyJobSuccessResultAsync(
                    "job-1", token, new SuccessResult(), CallOptions.Quiet, CancellationToken.None);
            }
        }
    }
}
