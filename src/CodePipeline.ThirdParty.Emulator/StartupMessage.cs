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

/// <summary>Writes the startup message: endpoint, credentials and jobs.</summary>
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
        // Write and rename, so that a process that waits for the file never reads a partial file.
        string temporary = path + ".tmp";
        try
        {
            // The file contains the secret access key and the client tokens.
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
                $"Cannot write the ready file '{path}': {e.Message}",
                "Use a file in a folder that this account can write to.",
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
            // All jobs of this program share one client.
            variables.Add((EnvironmentTokenSource.Variable, token.Reveal()));
        }

        StringBuilder text = new();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"The CodePipeline emulator '{emulator.Name}' is listening on {emulator.Endpoint} "
                + $"in region {emulator.Region}.");
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

        return text.Append("Press Ctrl+C to stop.").ToString();
    }
}
