using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class ProgramTests
{
    [Fact]
    public async Task Json_IsOneLine_AndStdinCloseStops()
    {
        using EmulatorProcess process = new(
            "--json", "--until-stdin-closes", "--name", "mine", "--region", "eu-west-1", "--access-key-id", "AK",
            "--secret-access-key", "sk", "--job", "Test/Contoso/1", "--jobs", "2", "--job", "Build/Contoso/2",
            "--client-token", "token", "--client-id", "client", "--configuration", "Key=a=b", "--input-artifact", "In");
        JsonElement ready = JsonDocument.Parse(await process.ReadLineAsync()).RootElement;

        Assert.Equal("mine eu-west-1 AK sk", string.Join(
            ' ', Text(ready, "name"), Text(ready, "region"), Text(ready, "accessKeyId"), Text(
                ready, "secretAccessKey")));
        Assert.Equal(process.Id, ready.GetProperty("processId").GetInt32());
        List<string> jobs = [];
        foreach (JsonElement job in ready.GetProperty("jobs").EnumerateArray())
        {
            jobs.Add($"{Text(job, "actionType")} {Text(job, "clientId")} {Text(job, "clientToken")}");
        }

        Assert.Equal(
            [
                "Test/Contoso/1 client token", "Test/Contoso/1 client token",
                "Build/Contoso/2 client token", "Build/Contoso/2 client token",
            ],
            jobs);
        string body = $$"""{"jobId":"{{Text(ready.GetProperty("jobs")[0], "jobId")}}","clientToken":"token"}""";
        string details = await CallAsync(ready, EmulatorHost.Details, body);
        Assert.Contains("\"Key\":\"a=b\"", details, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"In\"", details, StringComparison.Ordinal);

        process.CloseInput();

        Assert.Equal(0, await process.ExitAsync());
    }

    [Fact]
    public async Task Input_File_IsStoredAndListed()
    {
        using TempFolder folder = new();
        using EmulatorProcess process = new(
            "--json", "--until-stdin-closes", "--job", "Test/Contoso/1", "--input",
            "In=" + folder.Write("a", "contents"), "--output-artifact", "Out", "--artifact-region", "eu-west-1");

        JsonElement ready = JsonDocument.Parse(await process.ReadLineAsync()).RootElement;

        JsonElement job = ready.GetProperty("jobs")[0];
        string uri = Text(job.GetProperty("inputArtifacts")[0], "s3Uri");
        Assert.StartsWith($"s3://{Text(ready, "artifactBucketName")}/", uri, StringComparison.Ordinal);
        Assert.Equal("Out", Text(job.GetProperty("outputArtifacts")[0], "name"));
        Assert.Equal("eu-west-1", Text(ready, "artifactRegion"));
        string url = new S3Signer(Text(ready, "accessKeyId"), Text(ready, "secretAccessKey"), "eu-west-1").Presign(
            "GET", new Uri(Text(ready, "endpoint") + uri["s3://".Length..]), DateTimeOffset.UtcNow, 60);
        using HttpClient http = new();
        Assert.Equal("contents", await http.GetStringAsync(new Uri(url)));
    }

    [Theory]
    [InlineData("In", "'In' is not a name and a file")]
    [InlineData("In=", "'In=' is not a name and a file")]
    [InlineData("In=/nowhere/a.zip", "/nowhere/a.zip")]
    public async Task Input_Invalid_ExitsWith2(string input, string words)
    {
        using EmulatorProcess process = new("--job", "Test/Contoso/1", "--input", input);

        string error = await process.ReadErrorAsync();

        Assert.Equal(2, await process.ExitAsync());
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_Default_HasBashAndPowerShellCommands()
    {
        using EmulatorProcess process = new(
            "--job", "Test/Contoso/1", "--secret-access-key", "it's", "--until-stdin-closes");

        List<string> lines = await process.ReadLinesAsync("Press Ctrl+C");

        Assert.Contains(lines, line => line.StartsWith(
            "export AWS_ENDPOINT_URL_CODEPIPELINE='http://127.0.0.1:", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith(
            "export AWS_ENDPOINT_URL_S3='http://127.0.0.1:", StringComparison.Ordinal));
        Assert.Contains("export AWS_REGION='us-east-1'", lines);
        Assert.Contains("export AWS_SECRET_ACCESS_KEY='it'\\''s'", lines);
        Assert.Contains("$env:AWS_SECRET_ACCESS_KEY = 'it''s'", lines);
        Assert.Contains(lines, line => line.StartsWith("job Test/Contoso/1 jobId=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Text_WithJob_HasClientToken()
    {
        using EmulatorProcess process = new(
            "--job", "Test/Contoso/1", "--jobs", "2", "--client-token", "token", "--until-stdin-closes");

        List<string> lines = await process.ReadLinesAsync("Press Ctrl+C");

        Assert.Contains("export CPTHIRDPARTY_CLIENT_TOKEN='token'", lines);
        Assert.Contains("$env:CPTHIRDPARTY_CLIENT_TOKEN = 'token'", lines);
    }

    [Fact]
    public async Task Text_WithoutJob_HasNoClientToken()
    {
        using EmulatorProcess process = new("--action-type", "Test/Contoso/1", "--until-stdin-closes");

        List<string> lines = await process.ReadLinesAsync("Press Ctrl+C");

        Assert.DoesNotContain(lines, line => line.Contains("CPTHIRDPARTY_CLIENT_TOKEN", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_EachRequest_IsOneLineWithoutTokens()
    {
        using EmulatorProcess process = new(
            "--json", "--log", "--until-stdin-closes", "--job", "Test/Contoso/1", "--client-token", "not-so-secret",
            "--faults", "throttle=1,limit=1");
        JsonElement ready = JsonDocument.Parse(await process.ReadLineAsync()).RootElement;
        string id = Text(ready.GetProperty("jobs")[0], "jobId");

        await CallAsync(ready, EmulatorHost.Poll, "{}");
        await CallAsync(ready, EmulatorHost.Details, $$"""{"jobId":"{{id}}","clientToken":"not-so-secret"}""");
        await CallAsync(ready, EmulatorHost.Details, """{"jobId":"a\nb","clientToken":"not-so-secret"}""");
        process.CloseInput();
        string[] lines = (await process.ReadErrorAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(3, lines.Length);
        Assert.Matches(
            @"^\d{4}-\d\d-\d\dT[\d:.]+Z PollForThirdPartyJobs: 400 ThrottlingException \(injected: Throttle\)\r?$",
            lines[0]);
        Assert.Matches($@"Z GetThirdPartyJobDetails job {id}: 200\r?$", lines[1]);
        Assert.Matches(@"Z GetThirdPartyJobDetails job a\?b: 400 JobNotFoundException\r?$", lines[2]);
        Assert.DoesNotContain(lines, line => line.Contains("not-so-secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FaultsAndTimes_AreApplied()
    {
        using EmulatorProcess process = new(
            "--json", "--until-stdin-closes", "--action-type", "Test/Contoso/1", "--faults", "throttle=1",
            "--lease-time",
            "0.5",
            "--job-time-limit",
            "00:10:00",
            "--continuation-delay",
            "0",
            "--max-batch-size",
            "2");
        JsonElement ready = JsonDocument.Parse(await process.ReadLineAsync()).RootElement;

        Assert.Contains(
            "ThrottlingException", await CallAsync(ready, EmulatorHost.Poll, "{}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadyFile_ContainsJson()
    {
        using var folder = new TempFolder();
        string file = folder.PathOf("ready");
        using EmulatorProcess process = new("--ready-file", file, "--json", "--until-stdin-closes");
        string line = await process.ReadLineAsync();
        process.CloseInput();
        Assert.Equal(0, await process.ExitAsync());

        string content = await File.ReadAllTextAsync(file);

        // The file contains the secret access key and client tokens, so only this account may read it.
        Assert.True(
            OperatingSystem.IsWindows()
                || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.Equal(line, content.TrimEnd());
    }

    [Theory]
    [InlineData("--port", "many", "--port")]
    [InlineData("--port", "70000", "Port")]
    [InlineData("--job", "Test/Contoso", "'Test/Contoso' cannot be read")]
    [InlineData("--job", "Tst/Contoso/1", "The service does not know Category 'Tst'")]
    [InlineData("--jobs", "0", "--jobs")]
    [InlineData("--lease-time", "soon", "'soon' is not a time")]
    [InlineData("--lease-time", "0", "LeaseTime")]
    [InlineData("--faults", "thrott=1", "'thrott' is not a fault kind")]
    [InlineData("--configuration", "novalue", "KEY=VALUE")]
    [InlineData("--unknown", "x", "--unknown")]
    public async Task BadArgument_ExitsWith2(string option, string value, string message)
    {
        using EmulatorProcess process = new(option, value, "--until-stdin-closes");

        string error = await process.ReadErrorAsync();

        Assert.Equal(2, await process.ExitAsync());
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PortInUse_ExitsWith1()
    {
        TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        using EmulatorProcess process = new(
            "--port",
            ((IPEndPoint)other.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture),
            "--until-stdin-closes");

        string error = await process.ReadErrorAsync();

        Assert.Equal(1, await process.ExitAsync());
        other.Stop();
        Assert.Contains("Use port 0", error, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("-TERM", 15)]
    [InlineData("-INT", 2)]
    public async Task Signal_ExitsWith0(string signal, int number)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no signals.");
        Skip.If(
            IsIgnored(number), "This process was started with the signal ignored, as nohup and & do; so is its child.");

        using EmulatorProcess process = new("--json");
        await process.ReadLineAsync();

        using Process kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]);

        Assert.Equal(0, await process.ExitAsync());
    }

    private static bool IsIgnored(int signal)
    {
        const string Status = "/proc/self/status";
        const string Ignored = "SigIgn:";
        string? mask = File.Exists(Status)
            ? File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(Ignored, StringComparison.Ordinal))
            : null;
        return mask is not null
            && (ulong.Parse(mask.AsSpan(Ignored.Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                & (1UL << (signal - 1))) != 0;
    }

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;

    private static async Task<string> CallAsync(JsonElement ready, string operation, string body)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, Text(ready, "endpoint"))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-amz-json-1.1");
        request.Headers.TryAddWithoutValidation("X-Amz-Target", "CodePipeline_20150709." + operation);
        new TestSigner(Text(ready, "accessKeyId"), Text(ready, "secretAccessKey"), Text(ready, "region"))
            .Sign(request, Encoding.UTF8.GetBytes(body), DateTimeOffset.UtcNow);
        using HttpResponseMessage response = await http.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }
}
