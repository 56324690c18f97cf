using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Emulation.S3;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>
/// Tests saving and publishing without a worker, with every S3 fault, one at a time and mixed. Either the content is
/// correct, or the transfer fails with a known error and leaves no files or parts.
/// </summary>
public sealed class TransferFaultTests
{
    // Needs several ranges to download and several parts to upload.
    private const int Large = (16 << 20) + 1;
    private const int Small = 100_000;

    /// <summary>The worker's fault table covers multipart uploads.</summary>
    public static TheoryData<string> Operations =>
        new(S3Operations.GetObject, S3Operations.HeadObject, S3Operations.PutObject);

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Fault_OnceOrPermanent_TransferEndsAsDocumented(string operation)
    {
        var wrong = new List<string>();
        foreach (FaultCase each in FaultTable.Of(operation).Where(each => each.Kind != FaultKind.Slow))
        {
            string? ended = await TransferAsync(each.Plan, Small, each.ToString(), wrong);
            if (ended != each.End.FailureType?.ToString())
            {
                wrong.Add($"{each}: expected {each.End}, but the transfer ended with {ended}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    [Theory]
    [InlineData(1, 0.1)]
    [InlineData(2, 0.2)]
    [InlineData(3, 0.4)]
    public async Task Faults_Mixed_TransferSucceedsOrFailsCleanly(int seed, double share)
    {
        var wrong = new List<string>();
        for (int i = 0; i < 8; i++)
        {
            await TransferAsync(
                FaultMix.All((seed * 100) + i, share), i % 2 == 0 ? Small : Large, $"{seed}.{i}", wrong);
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    /// <summary>Saves, expands and publishes; returns the first failure as a worker would report it.</summary>
    private static async Task<string?> TransferAsync(string plan, int length, string name, List<string> wrong)
    {
        using var folder = new TempFolder();
        using var service = new EmulatedService();
        byte[] content = new byte[length];
        new Random(length).NextBytes(content);
        byte[] zip = FaultyHandler.ZipOf(content);
        EmulatedJob added = service.Emulator.AddJob(new EmulatedJobRequest(EmulatedService.Type)
        {
            InputContents = new Dictionary<string, EmulatedContent> { ["In"] = EmulatedContent.FromBytes(zip) },
            OutputArtifacts = ["Out"],
        });
        using var client = new ThirdPartyJobClient(service.Settings);
        await client.PollForThirdPartyJobsAsync(EmulatedService.Type, 1, CallOptions.Quiet, default);
        JobDetailsResponse details = await DetailsAsync();
        await client.AcknowledgeThirdPartyJobAsync(
            added.JobId, details.Nonce!, added.ClientToken, CallOptions.Quiet, default);
        var warnings = new ConcurrentQueue<string>();
        var job = new JobArtifacts
        {
            JobId = added.JobId,
            Credentials = details.ArtifactCredentials,
            ReadAt = DateTimeOffset.UtcNow,
            Settings = service.Settings with { MaxAttempts = 3 },
            RenewAsync = async _ => (await DetailsAsync()).ArtifactCredentials,
            Warn = warnings.Enqueue,
        };
        var mover = new ArtifactMover(new HastyTimeProvider());
        (JobArtifact input, JobArtifact output) = (details.InputArtifacts[0], details.OutputArtifacts[0]);
        string source = folder.PathOf("source");
        await File.WriteAllBytesAsync(source, content);
        service.Order(plan);

        string saved = folder.PathOf("saved");
        string? first = null;
        bool hasFile = await TryAsync(
            () => mover.SaveAsync(job, input, Path.Combine(saved, "file"), expand: false, null, default));
        bool hasFolder = await TryAsync(
            () => mover.SaveAsync(job, input, Path.Combine(saved, "folder"), expand: true, null, default));
        bool hasObject = await TryAsync(() => mover.PublishAsync(job, output, source, null, default));
        service.Order("seed=1");

        Look(
            "file", hasFile, File.Exists(Path.Combine(saved, "file")),
            () => File.ReadAllBytes(Path.Combine(saved, "file")), zip);
        Look(
            "folder", hasFolder, Directory.Exists(Path.Combine(saved, "folder")),
            () => File.ReadAllBytes(Path.Combine(saved, "folder", FaultyHandler.FileName)), content);

        // After a lost response, the object may exist although the upload failed, but it must be complete.
        bool isThere = service.Emulator.FindObject(output.BucketName!, output.ObjectKey!) is not null;
        Look("object", hasObject || isThere, isThere, () => Read(service.Emulator, output), content);
        string[] known = ["file", "folder", $"folder/{FaultyHandler.FileName}"];
        IEnumerable<string> left = Directory.Exists(saved)
            ? Directory.EnumerateFileSystemEntries(saved, "*", SearchOption.AllDirectories)
            : [];
        wrong.AddRange(left
            .Select(path => Path.GetRelativePath(saved, path))
            .Except(known)
            .Select(path => $"{name}: '{path}' remains"));
        wrong.AddRange((await StoredParts.FindAsync(service))
            .Where(parts => !warnings.Any(text => text.Contains(parts.UploadId)))
            .Select(parts => $"{name}: {parts}"));
        return first;

        Task<JobDetailsResponse> DetailsAsync() =>
            client.GetThirdPartyJobDetailsAsync(added.JobId, added.ClientToken, CallOptions.Quiet, default);

        async Task<bool> TryAsync(Func<Task> transfer)
        {
            try
            {
                await transfer();
                return true;
            }
            catch (Exception error)
            {
                if (error is not (ArtifactTransferException or ArchiveException or ThirdPartyConnectionException))
                {
                    wrong.Add($"{name}: {error}");
                }

                first ??= TransferFailure.TypeOf(error).ToString();
                return false;
            }
        }

        void Look(string what, bool wanted, bool isThere, Func<byte[]> read, byte[] right)
        {
            if (wanted != isThere || (isThere && !read().AsSpan().SequenceEqual(right)))
            {
                wrong.Add(
                    $"{name}: the {what} is "
                        + $"{(!isThere ? "missing" : wanted ? "incorrect" : "present although the upload failed")}");
            }
        }
    }

    private static byte[] Read(ThirdPartyEmulator emulator, JobArtifact artifact)
    {
        using Stream stored = emulator.OpenObject(artifact.BucketName!, artifact.ObjectKey!);
        using var content = new MemoryStream();
        stored.CopyTo(content);
        return content.ToArray();
    }
}
