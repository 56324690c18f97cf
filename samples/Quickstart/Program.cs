using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Emulation;

// The main job on a local emulator: through the cmdlets where pwsh is found, else through the client that they stand
// on.
return FindPowerShell() is string pwsh ? RunCmdlets(pwsh) : await RunClientAsync();

static string? FindPowerShell() => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
    .Split(Path.PathSeparator)
    .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh"))
    .FirstOrDefault(File.Exists);

static int RunCmdlets(string pwsh)
{
    string module = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Module").Value!;
    Console.WriteLine("PowerShell was found: running Quickstart.ps1, through the cmdlets.");
    Console.WriteLine();
    string script = Path.Combine(AppContext.BaseDirectory, "Quickstart.ps1");
    using var process = Process.Start(new ProcessStartInfo(pwsh)
    {
        ArgumentList = { "-NoProfile", "-File", script, "-Module", module },
    })!;
    process.WaitForExit();
    return process.ExitCode;
}

static async Task<int> RunClientAsync()
{
    Console.WriteLine("No pwsh on the PATH: running through the client that the cmdlets stand on.");
    Console.WriteLine();
    using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(new EmulatorOptions());
    var actionType = new ActionTypeId("Test", ActionTypeId.ThirdPartyOwner, "Contoso", "1");
    for (int i = 0; i < 3; i++)
    {
        emulator.AddJob(new EmulatedJobRequest(actionType));
    }

    using IThirdPartyJobClient client = ThirdPartyJobClients.Create(
        emulator.Region, emulator.Endpoint, emulator.AccessKeyId, emulator.SecretAccessKey);
    CancellationToken never = CancellationToken.None;
    IReadOnlyDictionary<string, Secret> tokens = emulator.GetClients();
    IReadOnlyList<PolledJob> jobs = await client.PollForThirdPartyJobsAsync(actionType, 3, CallOptions.Quiet, never);
    foreach (PolledJob job in jobs)
    {
        // A poll gives the id of the client; its token is what the partner keeps.
        Secret token = tokens[job.ClientId];
        JobDetails details = await client.GetThirdPartyJobDetailsAsync(job.JobId, token, CallOptions.Quiet, never);
        string status = await client.AcknowledgeThirdPartyJobAsync(
            job.JobId, details.Nonce!, token, CallOptions.Quiet, never);
        Console.WriteLine($"{job.JobId}  claimed, status {status}");
        await client.PutThirdPartyJobSuccessResultAsync(
            job.JobId, token, new SuccessResult { Summary = "40 tests passed" }, CallOptions.Quiet, never);
    }

    foreach (EmulatedJob job in emulator.GetJobs())
    {
        Console.WriteLine($"{job.JobId}  {job.Status}  {job.Summary}");
    }

    return emulator.GetJobs().All(job => job.Status == JobStatus.Succeeded) ? 0 : 1;
}
