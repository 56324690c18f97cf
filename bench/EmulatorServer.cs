using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Text.Json;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>Runs the emulator in a separate process.</summary>
internal sealed class EmulatorServer : IDisposable
{
    public const string Token = "bench-client-token";

    private readonly Process _process;

    public EmulatorServer(int jobs, params string[] actionTypes)
        : this(jobs, actionTypes, Array.Empty<string>())
    {
    }

    public EmulatorServer(int jobs, string[] actionTypes, params string[] more)
    {
        string count = jobs.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("dotnet", new[] { Peer.Metadata("Emulator"), "--json", "--until-stdin-closes" }
            .Concat(new[] { "--client-token", Token, "--jobs", count, "--lease-time", "3600" })
            .Concat(actionTypes.SelectMany(type => new[] { "--job", type }))
            .Concat(more))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        string line = _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException("The emulator did not start.");
        using JsonDocument startup = JsonDocument.Parse(line);
        Endpoint = new Uri(Text(startup.RootElement, "endpoint"));
        Region = Text(startup.RootElement, "region");
        AccessKeyId = Text(startup.RootElement, "accessKeyId");
        SecretAccessKey = Text(startup.RootElement, "secretAccessKey");
        FirstJobId = Text(startup.RootElement.GetProperty("jobs")[0], "jobId");
    }

    public Uri Endpoint { get; }

    public string Region { get; }

    public string AccessKeyId { get; }

    public string SecretAccessKey { get; }

    public string FirstJobId { get; }

    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["AWS_ENDPOINT_URL"] = Endpoint.AbsoluteUri,
        ["AWS_REGION"] = Region,
        ["AWS_DEFAULT_REGION"] = Region,
        ["AWS_ACCESS_KEY_ID"] = AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = SecretAccessKey,
        ["AWS_EC2_METADATA_DISABLED"] = "true",
        ["CPTHIRDPARTY_CLIENT_TOKEN"] = Token,
        ["NO_COLOR"] = "1",
    };

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
