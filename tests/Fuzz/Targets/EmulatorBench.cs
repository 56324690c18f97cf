using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Emulation.S3;
using CodePipeline.ThirdParty.Emulation.Signing;
using CodePipeline.ThirdParty.Emulation.Wire;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>The emulator without sockets, so that no exception is lost, and a signer for its requests.</summary>
internal sealed class EmulatorBench : IDisposable
{
    public const string AccessKeyId = "AKIAFUZZFUZZFUZZFUZZ";
    public const string Bucket = "codepipeline-us-east-1-123456789012";
    public const string Key = "P/In/input.zip";

    private const string Region = "us-east-1";
    private const string SecretKey = "secret-key-of-the-emulator";

    private static readonly byte[] s_credentialKey = new byte[32];

    private readonly ManualTimeProvider _clock = new();
    private readonly JobTable _jobs;
    private readonly ObjectStore _store;
    private readonly RequestPipeline _pipeline;
    private readonly EmulatedJob _job;
    private readonly EmulatedCredentials _credentials;
    private readonly string _uploadId;

    public EmulatorBench()
    {
        EmulatorOptions options = new() { Clock = _clock };
        Secret secretKey = new(SecretKey);
        _jobs = new JobTable(options, Bucket);
        _store = new ObjectStore(Bucket, Region, _clock.GetUtcNow());
        RequestLog log = new(20);
        Dispatcher = new OperationDispatcher(_jobs, options, s_credentialKey);
        SigV4 = new SigV4Verifier(Region, AccessKeyId, secretKey, _clock, options.AllowedClockSkew);
        S3 = new S3Verifier(options, AccessKeyId, secretKey, s_credentialKey);
        _pipeline = new RequestPipeline(
            SigV4, Dispatcher, new S3Service(S3, new ArtifactAccess(_jobs), _store, log, _clock), log, _clock);
        _job = AddJob("job-1");
        _ = AddJob("job-2", claim: false);
        _credentials = EmulatedCredentials.Create(
            s_credentialKey, _job.JobId, _clock.GetUtcNow() + TimeSpan.FromMinutes(15));
        string inKey = _job.InputArtifacts[0].ObjectKey;
        new OwnerObjects(_store, _clock).Put(Bucket, inKey, new MemoryStream(new byte[40_000]));
        _uploadId = Upload();
        Names = new Dictionary<string, string>
        {
            ["@nonce@"] = _job.Nonce, ["@bucket@"] = Bucket, ["@in@"] = inKey,
            ["@out@"] = _job.OutputArtifacts[0].ObjectKey, ["@upload@"] = _uploadId, ["@token@"] = "token-1",
            ["@stamp@"] = Stamp,
        };
    }

    public static ActionTypeId Type { get; } = new("Test", "ThirdParty", "Contoso", "1");

    public OperationDispatcher Dispatcher { get; }

    public SigV4Verifier SigV4 { get; }

    public S3Verifier S3 { get; }

    /// <summary>The placeholders in inputs and their values in this emulator, which are random.</summary>
    public IReadOnlyDictionary<string, string> Names { get; }

    public JobTable Jobs => _jobs;

    private string Stamp =>
        _clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Adds a job of the client whose token is token-1, and claims it.</summary>
    public EmulatedJob AddJob(string? jobId = null, bool claim = true)
    {
        EmulatedJob job = _jobs.Add(
            new EmulatedJobRequest(Type)
            {
                JobId = jobId, ClientId = "client-1", ClientToken = new Secret("token-1"), InputArtifacts = ["In"],
                OutputArtifacts = ["Out"],
                Configuration = new Dictionary<string, string> { ["ProjectName"] = "p" },
            },
            _ => { });
        if (claim)
        {
            _jobs.Poll(Type, 10);
            job = _jobs.Find(job.JobId)!;
            _jobs.Acknowledge(job.JobId, job.Nonce, "token-1");
            job = _jobs.Find(job.JobId)!;
        }

        return job;
    }

    /// <summary>Replaces the placeholders with the values of this emulator.</summary>
    public byte[] Fill(byte[] input)
    {
        if (Array.IndexOf(input, (byte)'@') < 0)
        {
            return input;
        }

        string text = HttpReader.Latin1.GetString(input);
        foreach (KeyValuePair<string, string> name in Names)
        {
            text = text.Replace(name.Key, name.Value, StringComparison.Ordinal);
        }

        return HttpReader.Latin1.GetBytes(text);
    }

    /// <summary>Reads the next request; <see langword="null"/> if there is none.</summary>
    public static HttpRequest? Read(HttpRequestReader reader) => reader.ReadAsync().GetAwaiter().GetResult();

    /// <summary>Processes a request and reads the whole response.</summary>
    public HttpResponse Answer(HttpRequest call)
    {
        HttpResponse answer = _pipeline.AnswerAsync(call, "request-1", CancellationToken.None)
            .GetAwaiter().GetResult();
        long length = answer.Body.Length;
        if (answer.Content is Stream content)
        {
            using (content)
            {
                byte[] buffer = new byte[16 * 1024];
                length = 0;
                for (int read; (read = content.Read(buffer, 0, buffer.Length)) > 0;)
                {
                    length += read;
                }
            }
        }

        if (length != answer.Length)
        {
            throw new FuzzException("The length of a response differs from its Content-Length.");
        }

        if (!call.BodyStream!.AwaitsContinue)
        {
            call.BodyStream.DrainAsync().GetAwaiter().GetResult();
        }

        return answer;
    }

    /// <summary>Signs a request of the five operations.</summary>
    /// <param name="read">The request, after its body was read.</param>
    /// <param name="target">The request that receives the headers.</param>
    public void Sign(HttpRequest read, HttpRequest target)
    {
        Set(read, target, "X-Amz-Date", Stamp);
        target.Headers.Remove("Authorization");
        string signed = SignedHeaders(target);
        Authorize(
            target, "codepipeline", AccessKeyId, SecretKey, signed, CanonicalRequest.Create(Copy(read, target), signed),
            Encoding.UTF8);
    }

    /// <summary>Signs an S3 request with the emulator's own keys or those of the job.</summary>
    public void SignForS3(HttpRequest target, bool asJob)
    {
        Set(target, target, "X-Amz-Date", Stamp);
        if (target.Headers["x-amz-content-sha256"] is null)
        {
            target.Headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD";
        }

        target.Headers.Remove("X-Amz-Security-Token");
        if (asJob)
        {
            target.Headers["X-Amz-Security-Token"] = _credentials.SessionToken;
        }

        target.Headers.Remove("Authorization");
        string signed = SignedHeaders(target);
        string canonical = CanonicalRequest.CreateForS3(
            target, signed, target.Headers["x-amz-content-sha256"]!, leftOutOfQuery: null);
        Authorize(
            target, "s3", asJob ? _credentials.AccessKeyId : AccessKeyId,
            asJob ? _credentials.SecretAccessKey : SecretKey, signed, canonical,
            HttpReader.Latin1);
    }

    public void Dispose() => _store.Dispose();

    private static HttpRequest Copy(HttpRequest read, HttpRequest target)
    {
        foreach (string name in target.Headers.AllKeys.OfType<string>())
        {
            read.Headers[name] = target.Headers[name];
        }

        return read;
    }

    private static void Set(HttpRequest read, HttpRequest target, string name, string value)
    {
        read.Headers[name] = value;
        target.Headers[name] = value;
        if (target.Headers["Host"] is null)
        {
            read.Headers["Host"] = target.Headers["Host"] = "127.0.0.1:1";
        }
    }

    private static string SignedHeaders(HttpRequest call) => string.Join(";", call.Headers.AllKeys.OfType<string>()
        .Select(name => name.ToLowerInvariant())
        .Where(name => name is "host" or "content-type" || name.StartsWith("x-amz-", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal));

    private void Authorize(
        HttpRequest call, string service, string accessKeyId, string secretKey, string signed, string canonical,
        Encoding encoding)
    {
        string scope = $"{Stamp[..8]}/{Region}/{service}/aws4_request";
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + secretKey);
        foreach (string part in scope.Split('/'))
        {
            key = Hashing.HmacSha256(key, part);
        }

        string toSign =
            $"AWS4-HMAC-SHA256\n{Stamp}\n{scope}\n{Hashing.Hex(Hashing.Sha256(encoding.GetBytes(canonical)))}";
        call.Headers["Authorization"] =
            $"AWS4-HMAC-SHA256 Credential={accessKeyId}/{scope}, SignedHeaders={signed}, "
                + $"Signature={Hashing.Hex(Hashing.HmacSha256(key, toSign))}";
    }

    private string Upload()
    {
        string text = $"POST /{Bucket}/{_job.OutputArtifacts[0].ObjectKey}?uploads HTTP/1.1\r\nHost: h\r\n\r\n";
        HttpRequest call = Read(new HttpRequestReader(new MemoryStream(Encoding.ASCII.GetBytes(text))))!;
        SignForS3(call, asJob: false);
        string xml = Encoding.UTF8.GetString(Answer(call).Body);
        int start = xml.IndexOf("<UploadId>", StringComparison.Ordinal) + 10;
        return xml[start..xml.IndexOf('<', start)];
    }
}
