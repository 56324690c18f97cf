using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Framework.Tests;

/// <summary>Artifacts on the .NET Framework build: its own ways through files, streams and HTTP.</summary>
public sealed class ArtifactTests : IDisposable
{
    private const int Large = 20_000_001;
    private readonly string _folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly EmulatedService _service = new();

    public ArtifactTests() => Directory.CreateDirectory(_folder);

    public void Dispose()
    {
        _service.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task ZipOfAFolder_IsTheSameAsOnEveryOtherFramework()
    {
        using (FileStream zip = File.Create(PathOf("zip")))
        {
            await new ZipPacker().PackAsync(PlainFolder.Make(PathOf("plain")), zip);
        }

        Assert.Equal(PlainFolder.Hash, PlainFolder.HashOf(PathOf("zip")));
    }

    [Fact]
    public async Task Folder_GoesOutAndComesBack()
    {
        JobArtifacts job = await ReadAsync();
        PlainFolder.Make(PathOf("plain"));
        File.WriteAllBytes(PathOf("plain/large"), PlainFolder.Noise(Large));
        var mover = new ArtifactMover(TimeProvider.System);

        await mover.PublishAsync(job, job.Outputs[0], PathOf("plain"), null, CancellationToken.None);
        SavedArtifact saved = await mover.SaveIntoAsync(
            job, job.Outputs[0], PathOf("back"), new SaveOptions { Expand = true }, null, CancellationToken.None);

        Assert.Equal(Contents(PathOf("plain")), Contents(saved.Path));
        Assert.Equal(new[] { "Out" }, Directory.GetFileSystemEntries(PathOf("back")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task File_ThroughAPassingFault_ComesBackWhole()
    {
        JobArtifacts job = await ReadAsync();
        File.WriteAllBytes(PathOf("file"), PlainFolder.Noise(Large));
        var mover = new ArtifactMover(TimeProvider.System);
        await mover.PublishAsync(job, job.Outputs[0], PathOf("file"), null, CancellationToken.None);
        _service.Order("cut-off=1@GetObject,limit=1");

        await mover.SaveAsync(job, job.Outputs[0], PathOf("back"), expand: false, null, CancellationToken.None);

        Assert.Equal(PlainFolder.HashOf(PathOf("file")), PlainFolder.HashOf(PathOf("back")));
    }

    private string PathOf(string name) => Path.Combine(_folder, name.Replace('/', Path.DirectorySeparatorChar));

    private static string[] Contents(string folder) => Directory
        .GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).OrderBy(path => path, StringComparer.Ordinal)
        .Select(path => path.Substring(folder.Length) + (File.Exists(path) ? " " + PlainFolder.HashOf(path) : "/")).ToArray();

    private async Task<JobArtifacts> ReadAsync()
    {
        EmulatedJob job = _service.Emulator.AddJob(new EmulatedJobRequest(EmulatedService.Type) { OutputArtifacts = new[] { "Out" } });
        var client = new ThirdPartyJobClient(_service.Settings);
        await client.PollForThirdPartyJobsAsync(EmulatedService.Type, 1, CallOptions.Quiet, CancellationToken.None);
        JobDetails details = await client.GetThirdPartyJobDetailsAsync(
            job.JobId, job.ClientToken, CallOptions.Quiet, CancellationToken.None);
        await client.AcknowledgeThirdPartyJobAsync(
            job.JobId, details.Nonce!, job.ClientToken, CallOptions.Quiet, CancellationToken.None);
        return new JobArtifacts
        {
            JobId = job.JobId,
            Outputs = details.OutputArtifacts,
            Credentials = details.ArtifactCredentials,
            ReadAt = DateTimeOffset.UtcNow,
            Settings = _service.Settings with { MaxAttempts = 3 },
        };
    }
}
