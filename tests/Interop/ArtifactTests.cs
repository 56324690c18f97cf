using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Interop;

/// <summary>Tests the emulator's S3 with boto3 and the AWS CLI.</summary>
public sealed class ArtifactTests : IDisposable
{
    // Above 8 MiB, the AWS tools use multipart uploads.
    private const int BigLength = 20 << 20;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ToolFact(Tool.Boto3)]
    public async Task Boto3_JobCredentials_TransferArtifacts()
    {
        string python = await Tools.PythonWithBoto3Async();
        using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(new EmulatorOptions());
        EmulatedJob job = AddJob(emulator);
        string upload = Big();
        string download = _folder.PathOf("download");

        ClientResult result = (await ClientProcess.RunAsync(
            python,
            [Tools.Script("artifacts.py"), job.JobId, job.ClientToken.Reveal(), upload, download],
            emulator))!;

        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement seen = document.RootElement;
        Assert.Equal("the input", seen.GetProperty("input").GetString());
        Assert.Equal("e i", seen.GetProperty("range").GetString());
        Assert.Equal("""[5, "key", {"step": "1"}]""", seen.GetProperty("small").GetRawText());
        Assert.Equal("""[3, "COMPOSITE", "aws:kms"]""", seen.GetProperty("big").GetRawText());
        Assert.Equal("-3", seen.GetProperty("sha256").GetString());
        Assert.Equal("[10]", seen.GetProperty("parts").GetRawText());
        Assert.Equal("[true]", seen.GetProperty("uploads").GetRawText());
        Assert.True(seen.GetProperty("aborted").GetBoolean());
        Assert.Equal(
            Enumerable.Range(0, 5).Select(number => $"list/a b+{number}/ü"),
            seen.GetProperty("list").EnumerateArray().Select(each => each.GetString()));
        Assert.Equal((5, 0), (seen.GetProperty("prefixes").GetInt32(), seen.GetProperty("left").GetInt32()));
        Assert.Equal("the input", seen.GetProperty("region").GetString());
        Assert.Equal(
            """
            {"write input":"AccessDenied","other object":"AccessDenied","list":"AccessDenied",
            "wrong secret":"SignatureDoesNotMatch","wrong token":"InvalidToken","unknown key":"InvalidAccessKeyId",
            "no bucket":"NoSuchBucket","no key":"NoSuchKey","no upload":"NoSuchUpload","range":"InvalidRange"}
            """.ReplaceLineEndings(string.Empty),
            JsonSerializer.Serialize(seen.GetProperty("errors")));
        Assert.True(AreSame(upload, download));
        EmulatedArtifact output = job.OutputArtifacts[0];
        Assert.Equal(
            (BigLength, 3, "SHA256"),
            (emulator.FindObject(output.BucketName, output.ObjectKey)!.Length,
                emulator.FindObject(output.BucketName, output.ObjectKey)!.PartCount,
                emulator.FindObject(output.BucketName, output.ObjectKey)!.ChecksumAlgorithm));
    }

    [ToolTheory(Tool.Aws)]
    [InlineData(1000, null, null)]
    [InlineData(BigLength, 3, null)]
    [InlineData(1000, null, "eu-west-1")]
    public async Task S3Cp_File_UploadsAndDownloads(int length, int? parts, string? region)
    {
        string aws = await Tools.AwsAsync();
        using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(new EmulatorOptions { ArtifactRegion = region });
        EmulatedJob job = AddJob(emulator);
        EmulatedArtifact output = job.OutputArtifacts[0];
        string upload = Big(length);
        string download = _folder.PathOf("download");

        await SucceedAsync(
            aws, emulator, "s3", "cp", upload, output.S3Uri, "--sse", "aws:kms", "--sse-kms-key-id", "key",
            "--no-progress");
        await SucceedAsync(aws, emulator, "s3", "cp", output.S3Uri, download, "--no-progress");

        EmulatedObject put = emulator.FindObject(output.BucketName, output.ObjectKey)!;
        Assert.Equal((length, parts, "aws:kms", "key"),
            (put.Length, put.PartCount, put.ServerSideEncryption, put.EncryptionKeyId));
        Assert.True(AreSame(upload, download));
    }

    [ToolFact(Tool.Aws)]
    public async Task S3Cp_Stream_IsAccepted()
    {
        string aws = await Tools.AwsAsync();
        using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(new EmulatorOptions());
        string uri = $"s3://{emulator.ArtifactBucketName}/a b/ü.txt";

        await SucceedAsync(aws, emulator, "s3", "cp", "-", uri);

        Assert.Equal(0, Assert.Single(emulator.ListObjects()).Length);
        string list = await SucceedAsync(
            aws, emulator, "s3", "ls", "--recursive", $"s3://{emulator.ArtifactBucketName}");
        Assert.Contains("a b/ü.txt", list, StringComparison.Ordinal);
        await SucceedAsync(aws, emulator, "s3", "rm", uri);
        Assert.Empty(emulator.ListObjects());
    }

    [ToolFact(Tool.Aws)]
    public async Task S3Api_RangeHeadAndList_Succeed()
    {
        string aws = await Tools.AwsAsync();
        using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(new EmulatorOptions());
        EmulatedArtifact input = AddJob(emulator).InputArtifacts[0];
        string[] place = ["--bucket", input.BucketName, "--key", input.ObjectKey];
        string download = _folder.PathOf("download");

        string get = await SucceedAsync(
            aws, emulator, ["s3api", "get-object", .. place, "--range", "bytes=4-8", download]);
        string head = await SucceedAsync(
            aws, emulator, ["s3api", "head-object", .. place, "--checksum-mode", "ENABLED"]);
        string list = await SucceedAsync(
            aws, emulator, "s3api", "list-objects-v2", "--bucket", input.BucketName, "--prefix", "EmulatedPipeline/");

        Assert.Equal("input", await File.ReadAllTextAsync(download));
        Assert.Equal("bytes 4-8/9", JsonDocument.Parse(get).RootElement.GetProperty("ContentRange").GetString());
        Assert.Equal(9, JsonDocument.Parse(head).RootElement.GetProperty("ContentLength").GetInt64());
        Assert.True(JsonDocument.Parse(head).RootElement.TryGetProperty("ChecksumCRC64NVME", out _));
        Assert.Equal(
            input.ObjectKey,
            JsonDocument.Parse(list).RootElement.GetProperty("Contents")[0].GetProperty("Key").GetString());
    }

    [ToolFact(Tool.Aws)]
    public async Task S3Cp_ExpiredOrOtherCredentials_AreRejected()
    {
        string aws = await Tools.AwsAsync();
        using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(
            new EmulatorOptions { CredentialLifetime = TimeSpan.FromTicks(1) });
        EmulatedJob job = AddJob(emulator);
        string details = await SucceedAsync(
            aws, emulator, "codepipeline", "get-third-party-job-details", "--output", "json",
            "--job-id", job.JobId, "--client-token", job.ClientToken.Reveal());
        JsonElement given = JsonDocument.Parse(details).RootElement
            .GetProperty("jobDetails").GetProperty("data").GetProperty("artifactCredentials");
        string Text(string member) => given.GetProperty(member).GetString()!;

        ClientResult expired = await RunAsync(aws, emulator, job.InputArtifacts[0].S3Uri, new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = Text("accessKeyId"),
            ["AWS_SECRET_ACCESS_KEY"] = Text("secretAccessKey"),
            ["AWS_SESSION_TOKEN"] = Text("sessionToken"),
        });
        ClientResult foreign = await RunAsync(aws, emulator, job.InputArtifacts[0].S3Uri, new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = "AKIAUNKNOWN",
        });

        // The command sends HeadObject first, whose error responses have no body and so no error code.
        Assert.Contains("(400)", expired.Error, StringComparison.Ordinal);
        Assert.Contains("(403)", foreign.Error, StringComparison.Ordinal);
        Assert.Equal(
            ["ExpiredToken", "InvalidAccessKeyId"],
            emulator.GetRequests()
                .Where(each => each.Operation == "HeadObject")
                .Select(each => each.ErrorName)
                .Distinct());
    }

    [ToolTheory(Tool.Aws)]
    [InlineData("throttle=1@GetObject,limit=1")]
    [InlineData("internal-failure=1@GetObject,limit=1")]
    [InlineData("cut-off=1@GetObject,limit=1")]
    [InlineData("drop-before=1@GetObject,limit=1")]
    public async Task S3Cp_DownloadFault_IsRetried(string faults)
    {
        string aws = await Tools.AwsAsync();
        using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(new EmulatorOptions());
        EmulatedArtifact input = AddJob(emulator).InputArtifacts[0];
        emulator.OrderFaults(FaultPlan.Parse(faults));
        string download = _folder.PathOf("download");

        ClientResult result = (await ClientProcess.RunAsync(
            aws,
            ["s3", "cp", input.S3Uri, download, "--no-progress"],
            emulator,
            new Dictionary<string, string> { ["AWS_MAX_ATTEMPTS"] = "3", ["AWS_RETRY_MODE"] = "standard" }))!;

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal("the input", await File.ReadAllTextAsync(download));
        Assert.Equal(2, emulator.GetRequests().Count(each => each.Operation == "GetObject"));
    }

    private static bool AreSame(string one, string other) =>
        File.ReadAllBytes(one).AsSpan().SequenceEqual(File.ReadAllBytes(other));

    private static EmulatedJob AddJob(ThirdPartyEmulator emulator) =>
        emulator.AddJob(new EmulatedJobRequest(new ActionTypeId("Test", "ThirdParty", "Contoso", "1"))
        {
            InputContents = new Dictionary<string, EmulatedContent>
            {
                ["In"] = EmulatedContent.FromBytes("the input"u8.ToArray()),
            },
            OutputArtifacts = ["Out"],
            EncryptionKeyId = "key",
        });

    private static async Task<string> SucceedAsync(string aws, ThirdPartyEmulator emulator, params string[] arguments)
    {
        ClientResult result = (await ClientProcess.RunAsync(aws, arguments, emulator))!;
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }

    private async Task<ClientResult> RunAsync(
        string aws, ThirdPartyEmulator emulator, string uri, Dictionary<string, string> variables) =>
        (await ClientProcess.RunAsync(aws, ["s3", "cp", uri, _folder.PathOf("x")], emulator, variables))!;

    private string Big(int length = BigLength)
    {
        byte[] data = new byte[length];
        new Random(7).NextBytes(data);
        string path = _folder.PathOf("upload");
        File.WriteAllBytes(path, data);
        return path;
    }
}
