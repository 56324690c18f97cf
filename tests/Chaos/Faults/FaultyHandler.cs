using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>Checks its input, creates outputs from it, and ends as the job's configuration specifies.</summary>
internal sealed class FaultyHandler(Action? atEnd) : IJobHandler
{
    public const string Wish = "Wish";

    /// <summary>Succeeds with outputs of one request each.</summary>
    public const string Succeed = "succeed";

    /// <summary>Succeeds with an additional multipart output.</summary>
    public const string SucceedLarge = "large";

    /// <summary>Succeeds with a summary of several kilobytes, which goes into the journal.</summary>
    public const string SayMuch = "say much";

    /// <summary>Runs until it is cancelled.</summary>
    public const string Hang = "hang";

    public const string Fail = "fail";

    /// <summary>Continues in a second job, which succeeds.</summary>
    public const string Continue = "continue";

    /// <summary>The name of the file in the input and in the output folder.</summary>
    public const string FileName = "data.bin";

    public const string FailMessage = "As it was wished.";

    private const string InputName = "In";
    private const string FolderName = "Folder";
    private const string LargeName = "Large";

    // One byte more than the limit of a single request.
    private const int LargeLength = (16 << 20) + 1;

    private static readonly byte[] s_input = Bytes(100_000);
    private static readonly byte[] s_large = Bytes(LargeLength);
    private static readonly byte[] s_inputZip = ZipOf(s_input);

    private readonly ConcurrentDictionary<string, int> _runs = new(StringComparer.Ordinal);

    public static EmulatedJobRequest Job(ActionTypeId type, string clientId, string wish) => new(type)
    {
        ClientId = clientId,
        InputContents = new Dictionary<string, EmulatedContent> { [InputName] = EmulatedContent.FromBytes(s_inputZip) },
        OutputArtifacts = wish == SucceedLarge ? [FolderName, LargeName] : [FolderName],
        Configuration = new Dictionary<string, string> { [Wish] = wish },
    };

    /// <summary>Creates a zip of one file, like the input.</summary>
    public static byte[] ZipOf(byte[] content)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream entry = archive.CreateEntry(FileName, CompressionLevel.NoCompression).Open();
            entry.Write(content);
        }

        return zip.ToArray();
    }

    public int RunsOf(string jobId) => _runs.GetValueOrDefault(jobId);

    public async Task<ThirdPartyJobOutcome?> HandleAsync(ThirdPartyJob job, CancellationToken cancellationToken)
    {
        var work = (ThirdPartyWorkerJob)job;
        _runs.AddOrUpdate(job.JobId, 1, (_, count) => count + 1);
        if (work.InputPath.Count > 0)
        {
            byte[] input = await File.ReadAllBytesAsync(
                Path.Combine(work.InputPath[InputName], FileName), cancellationToken);
            if (!input.AsSpan().SequenceEqual(s_input))
            {
                throw new InvalidDataException("The input differs from the stored object.");
            }

            string folder = work.OutputPath[FolderName];
            Directory.CreateDirectory(folder);
            await File.WriteAllBytesAsync(Path.Combine(folder, FileName), s_input, cancellationToken);
            if (work.OutputPath.TryGetValue(LargeName, out string? large))
            {
                await File.WriteAllBytesAsync(large, s_large, cancellationToken);
            }
        }

        atEnd?.Invoke();
        if (work.Configuration[Wish] == Hang)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        return work.Configuration[Wish] switch
        {
            Fail => ThirdPartyJobOutcome.From(new FailureResult(FailureType.JobFailed, FailMessage, null)),
            SayMuch => ThirdPartyJobOutcome.From(new SuccessResult { Summary = new string('\u00e9', 2000) }),
            Continue when work.ContinuationToken is null =>
                ThirdPartyJobOutcome.From(new SuccessResult { ContinuationToken = "go on" }),
            _ => null,
        };
    }

    /// <summary>Returns the errors in the outputs of a job that succeeded.</summary>
    public static IEnumerable<string> WrongWith(ThirdPartyEmulator emulator, EmulatedJob job)
    {
        // A job that continues has no outputs yet.
        foreach (EmulatedArtifact artifact in job.NextJobId is null ? job.OutputArtifacts : [])
        {
            if (emulator.FindObject(artifact.BucketName, artifact.ObjectKey) is null)
            {
                yield return $"has no output '{artifact.Name}'";
                continue;
            }

            using Stream stored = emulator.OpenObject(artifact.BucketName, artifact.ObjectKey);
            using var content = new MemoryStream();
            stored.CopyTo(content);
            bool isRight = artifact.Name == LargeName
                ? content.ToArray().AsSpan().SequenceEqual(s_large)
                : Unzip(content) is byte[] file && file.AsSpan().SequenceEqual(s_input);
            if (!isRight)
            {
                yield return $"has an output '{artifact.Name}' with wrong contents";
            }
        }
    }

    private static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static byte[]? Unzip(Stream zip)
    {
        using var archive = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true);
        if (archive.Entries.SingleOrDefault() is not { FullName: FileName } entry)
        {
            return null;
        }

        using Stream stream = entry.Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
