using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Files;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Emulator;

/// <summary>Tells where the emulator listens, with which keys, and which jobs it has.</summary>
internal static class StartupMessage
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    internal static async Task WriteAsync(ThirdPartyEmulator emulator, bool asJson, string? readyFile)
    {
        string json = Json(emulator);
        await Console.Out.WriteLineAsync(asJson ? json : Text(emulator)).ConfigureAwait(false);
        await Console.Out.FlushAsync().ConfigureAwait(false);
        if (readyFile is not null)
        {
            await WriteReadyFileAsync(readyFile, json).ConfigureAwait(false);
        }
    }

    private static async Task WriteReadyFileAsync(string path, string json)
    {
        // By rename, so that who waits for the file never reads half of it.
        string temporary = path + ".tmp";
        try
        {
            // It holds the secret key and the client tokens.
            using (FileStream file = PrivateFiles.Open(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await file.WriteAsync(Encoding.UTF8.GetBytes(json + "\n")).ConfigureAwait(false);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidInputException(
                "--ready-file",
                $"The ready file cannot be written: {e.Message}",
                "Name a file in a folder that can be written.",
                e);
        }
    }

    private static string Json(ThirdPartyEmulator emulator) => JsonSerializer.Serialize(
        new
        {
            emulator.Name,
            Endpoint = emulator.Endpoint.AbsoluteUri,
            emulator.Region,
            emulator.ArtifactBucketName,
            ArtifactRegion = emulator.Options.ArtifactRegion ?? emulator.Region,
            emulator.AccessKeyId,
            SecretAccessKey = emulator.SecretAccessKey.Reveal(),
            Environment.ProcessId,
            Jobs = emulator.GetJobs().Select(job => new
            {
                job.JobId,
                job.ClientId,
                ClientToken = job.ClientToken.Reveal(),
                ActionType = job.ActionType.ToString(),
                InputArtifacts = job.InputArtifacts.Select(Place),
                OutputArtifacts = job.OutputArtifacts.Select(Place),
            }),
        },
        s_json);

    private static object Place(EmulatedArtifact artifact) => new { artifact.Name, artifact.S3Uri };

    private static string Text(ThirdPartyEmulator emulator)
    {
        List<(string Name, string Value)> variables =
        [
            ("AWS_ENDPOINT_URL_CODEPIPELINE", emulator.Endpoint.AbsoluteUri),
            ("AWS_ENDPOINT_URL_S3", emulator.Endpoint.AbsoluteUri),
            ("AWS_REGION", emulator.Region),
            ("AWS_DEFAULT_REGION", emulator.Region),
            ("AWS_ACCESS_KEY_ID", emulator.AccessKeyId),
            ("AWS_SECRET_ACCESS_KEY", emulator.SecretAccessKey.Reveal()),
        ];
        if (emulator.GetClients().Values.FirstOrDefault() is Secret token)
        {
            // All jobs of the program have one client.
            variables.Add((EnvironmentTokenSource.Variable, token.Reveal()));
        }

        StringBuilder text = new();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"CodePipeline emulator '{emulator.Name}' listens on {emulator.Endpoint} in region {emulator.Region}.");
        text.AppendLine().AppendLine("# bash");
        foreach ((string name, string value) in variables)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"export {name}='{value.Replace("'", "'\\''", StringComparison.Ordinal)}'");
        }

        text.AppendLine("unset AWS_SESSION_TOKEN AWS_PROFILE");
        text.AppendLine().AppendLine("# PowerShell");
        foreach ((string name, string value) in variables)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture, $"$env:{name} = '{value.Replace("'", "''", StringComparison.Ordinal)}'");
        }

        text.AppendLine("Remove-Item Env:AWS_SESSION_TOKEN, Env:AWS_PROFILE -ErrorAction Ignore").AppendLine();
        foreach (EmulatedJob job in emulator.GetJobs())
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"job {job.ActionType} jobId={job.JobId} clientId={job.ClientId} "
                    + $"clientToken={job.ClientToken.Reveal()}");
            foreach (EmulatedArtifact artifact in job.InputArtifacts)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  input  {artifact}");
            }

            foreach (EmulatedArtifact artifact in job.OutputArtifacts)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  output {artifact}");
            }
        }

        return text.Append("Stop with Ctrl+C.").ToString();
    }
}
