using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Commands;

public sealed class ArtifactTests : IDisposable
{
    private readonly EmulatedService _service = new();
    private readonly TempFolder _folder = new();

    [Fact]
    public void Save_WithoutAName_TakesAllInputs()
    {
        FakeHost host = Save(Job("A", "B"));

        Assert.Empty(host.Errors);
        Assert.Equal(["A", "B"], host.Objects.Cast<FileInfo>().Select(file => file.Name));
        Assert.Equal("content of B", File.ReadAllText(_folder.PathOf("B")));
    }

    [Fact]
    public void Save_WithWildcards_TakesWhatTheyMatch()
    {
        FakeHost host = Save(Job("A1", "A2", "B"), save => save.Name = ["a*", "Z*"]);

        Assert.Empty(host.Errors);
        Assert.Equal(["A1", "A2"], host.Objects.Cast<FileInfo>().Select(file => file.Name));
    }

    [Fact]
    public void Save_UnknownName_ListsNamesAndSavesOthers()
    {
        FakeHost host = Save(Job("A", "B"), save => save.Name = ["Wrong", "B"]);

        CommandError error = Assert.Single(host.Errors);
        Assert.Equal(("ArtifactNotInJob", ErrorCategory.ObjectNotFound), (error.Id, error.Category));
        Assert.Contains("'Wrong'", error.Message);
        Assert.Contains("A, B", error.RecommendedAction);
        Assert.Equal("B", ((FileInfo)Assert.Single(host.Objects)).Name);
    }

    [Fact]
    public void Save_MissingObject_WritesErrorAndContinues()
    {
        ThirdPartyJobDetail job = Job("A", "B");
        _service.Emulator.DeleteObject(job.InputArtifacts[0].BucketName!, job.InputArtifacts[0].ObjectKey!);

        FakeHost host = Save(job, save => save.PassThru = true);

        CommandError error = Assert.Single(host.Errors);
        Assert.Equal(("ArtifactNotFound", (object)job), (error.Id, error.Target));
        Assert.True(File.Exists(_folder.PathOf("B")));

        // A job that lacks an input must not continue down the pipeline.
        Assert.Empty(host.Objects);
    }

    [Fact]
    public void Save_PassThru_EmitsTheJob()
    {
        ThirdPartyJobDetail job = Job("A");

        var passed = Assert.IsType<ThirdPartyJobDetail>(Assert.Single(Save(job, save => save.PassThru = true).Objects));

        Assert.Equal(job.JobId, passed.JobId);
    }

    [Fact]
    public void Save_Declined_TouchesNothing()
    {
        ThirdPartyJobDetail job = Job("A");
        int before = _service.Emulator.GetRequests().Count;

        FakeHost host = Save(job, host: new FakeHost { Agrees = false });

        Assert.Equal(before, _service.Emulator.GetRequests().Count);
        Assert.Contains("artifact 'A' of job", Assert.Single(host.Questions).Target);
        Assert.Contains(_folder.PathOf("."), host.Questions[0].Action);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.PathOf(".")));
        Assert.Empty(host.Objects);
    }

    [Fact]
    public void Save_DestinationExists_NeedsForce()
    {
        ThirdPartyJobDetail job = Job("A");
        Save(job);
        File.WriteAllText(_folder.PathOf("A"), "mine");

        CommandError error = Assert.Single(Save(job).Errors);
        Assert.Equal(("DestinationExists", ErrorCategory.ResourceExists), (error.Id, error.Category));
        Assert.Contains("-Force", error.RecommendedAction);
        Assert.Equal("mine", File.ReadAllText(_folder.PathOf("A")));

        Assert.Empty(Save(job, save => save.Force = true).Errors);
        Assert.Equal("content of A", File.ReadAllText(_folder.PathOf("A")));
    }

    [Fact]
    public void Save_Expand_EmitsAFolder()
    {
        string zip = _folder.PathOf("some.zip");
        using (var archive = new ZipArchive(File.Create(zip), ZipArchiveMode.Create))
        using (var writer = new StreamWriter(archive.CreateEntry("a/b.txt").Open()))
        {
            writer.Write("hello");
        }

        ThirdPartyJobDetail job = Job("A");
        using (FileStream content = File.OpenRead(zip))
        {
            _service.Emulator.PutObject(job.InputArtifacts[0].BucketName!, job.InputArtifacts[0].ObjectKey!, content);
        }

        FakeHost host = Save(job, save => save.Expand = true);
        FakeHost refused = Save(job, save =>
        {
            save.Expand = true;
            save.Destination = _folder.PathOf("other");
            save.MaximumExpandedBytes = 4;
        });

        var folder = Assert.IsType<DirectoryInfo>(Assert.Single(host.Objects));
        Assert.Equal("hello", File.ReadAllText(Path.Combine(folder.FullName, "a", "b.txt")));
        Assert.Equal(
            ("ArchiveTooLarge", ErrorCategory.LimitsExceeded), (refused.Errors[0].Id, refused.Errors[0].Category));
        Assert.Equal("A.zip", ((FileInfo)Assert.Single(Save(job).Objects)).Name);
    }

    [Fact]
    public void Save_ShowsByteProgressAndRemovesIt()
    {
        FakeHost host = Save(Job("A"));

        Assert.Contains("of 12 B", host.Progress[0].StatusDescription);
        Assert.Equal(ProgressRecordType.Completed, host.Progress[^1].RecordType);
    }

    [Fact]
    public void Save_OfAJobWithoutDetails_ReadsThem()
    {
        ThirdPartyJobDetail job = Job("A");
        var plain = new ThirdPartyJob(
            job.JobId, job.ClientId, job.ClientToken, job.Status, job.ActionType, job.Session);

        FakeHost host = Save(plain);

        Assert.Equal("A", ((FileInfo)Assert.Single(host.Objects)).Name);
    }

    [Fact]
    public void Publish_File_EmitsPublishedArtifact()
    {
        ThirdPartyJobDetail job = Job("A");
        string file = _folder.Write("out.txt", "result");

        FakeHost host = Publish(job, file);

        PublishedArtifact published = Assert.IsType<PublishedArtifact>(Assert.Single(host.Objects));
        Assert.Equal((job.JobId, "Out", 6L, file), (published.JobId, published.Name, published.Bytes, published.Path));
        Assert.Equal(job.OutputArtifacts[0].ObjectKey, published.ObjectKey);
        Assert.NotEmpty(published.ETag!);
        Assert.Equal(
            "result",
            new StreamReader(_service.Emulator.OpenObject(published.BucketName!, published.ObjectKey!)).ReadToEnd());
    }

    [Fact]
    public void Publish_SeveralOutputsNoName_ListsNames()
    {
        ThirdPartyJobDetail job = JobWithOutputs(["One", "Two"]);

        CommandError error = Assert.Single(Publish(job, _folder.Write("f", "x")).Errors);

        Assert.Equal(("ArtifactAmbiguous", ErrorCategory.InvalidArgument), (error.Id, error.Category));
        Assert.Contains("One, Two", error.RecommendedAction);
    }

    [Fact]
    public void Publish_WithAWrongName_ListsThem()
    {
        CommandError error = Assert.Single(
            Publish(Job("A"), _folder.Write("f", "x"), publish => publish.Name = "Nope").Errors);

        Assert.Equal("ArtifactNotInJob", error.Id);
        Assert.Contains("Out", error.RecommendedAction);
    }

    [Fact]
    public void Publish_OfAJobWithoutOutputs_SaysSo()
    {
        CommandError error = Assert.Single(Publish(JobWithOutputs([]), _folder.Write("f", "x")).Errors);

        Assert.Contains("no output artifact", error.Message);
    }

    [Fact]
    public void Publish_OfAPathThatIsNotThere_NamesIt()
    {
        CommandError error = Assert.Single(Publish(Job("A"), _folder.PathOf("nowhere")).Errors);

        Assert.Equal(("PathNotFound", ErrorCategory.ObjectNotFound), (error.Id, error.Category));
        Assert.Contains(_folder.PathOf("nowhere"), error.Message);
    }

    [Fact]
    public void Publish_Declined_TouchesNothing()
    {
        ThirdPartyJobDetail job = Job("A");
        int before = _service.Emulator.GetRequests().Count;

        FakeHost host = Publish(job, _folder.Write("f", "x"), host: new FakeHost { Agrees = false });

        Assert.Equal(before, _service.Emulator.GetRequests().Count);
        Assert.Empty(host.Objects);
    }

    [Fact]
    public void Debug_ShowsRequestsWithoutSecrets()
    {
        ThirdPartyJobDetail job = Job("A");

        FakeHost host = Save(job, host: new FakeHost { WantsDebug = true });

        Assert.Contains(host.Texts("debug"), text => text.StartsWith("GetObject", StringComparison.Ordinal));
        Assert.DoesNotContain(
            job.ArtifactCredentials!.SessionToken.Reveal(),
            string.Join("\n", host.Texts("debug").Concat(host.Texts("verbose"))));
    }

    public void Dispose()
    {
        _service.Dispose();
        _folder.Dispose();
    }

    private FakeHost Save(
        ThirdPartyJob job, Action<SaveThirdPartyJobArtifactCommand>? change = null, FakeHost? host = null)
    {
        var command = new SaveThirdPartyJobArtifactCommand
        {
            JobId = job.JobId,
            InputObject = PSObject.AsPSObject(job),
            Destination = _folder.PathOf("."),
        };
        change?.Invoke(command);
        return command.Run(WithPaths(host));
    }

    private static FakeHost Publish(
        ThirdPartyJob job, string path, Action<PublishThirdPartyJobArtifactCommand>? change = null,
        FakeHost? host = null)
    {
        var command = new PublishThirdPartyJobArtifactCommand
        {
            JobId = job.JobId,
            InputObject = PSObject.AsPSObject(job),
            Path = path,
        };
        change?.Invoke(command);
        return command.Run(WithPaths(host));
    }

    private static FakeHost WithPaths(FakeHost? host)
    {
        host ??= new FakeHost();
        host.Resolve = path => path;
        return host;
    }

    private ThirdPartyJobDetail Job(params string[] inputs) => JobWithOutputs(["Out"], inputs);

    private ThirdPartyJobDetail JobWithOutputs(string[] outputs, params string[] inputs) =>
        _service.PolledJob(outputs, inputs);
}
