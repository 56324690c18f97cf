using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using System.Xml.Linq;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Tests;

namespace CodePipeline.ThirdParty.Emulation.Tests;

/// <summary>An S3 response of the emulator as received by the client.</summary>
internal sealed record S3Response(int StatusCode, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public XElement Xml => XElement.Parse(Text);

    /// <summary>The error code; <see langword="null"/> for a success.</summary>
    public string? Error => StatusCode >= 300 && Body.Length > 0 ? Element("Code") : null;

    public string? Element(string name) => Elements(name).FirstOrDefault();

    public string[] Elements(string name) =>
        [.. Xml.Descendants().Where(each => each.Name.LocalName == name).Select(each => each.Value)];

    public string? Header(string name) => Headers.TryGetValue(name, out string? value) ? value : null;
}

/// <summary>
/// An emulator with a manual clock, and an S3 client that signs with the same clock.
/// </summary>
internal sealed class S3Host : IDisposable
{
    private readonly EmulatorHost _host;
    private readonly HttpClient _http = new();

    public S3Host(Func<ManualTimeProvider, EmulatorOptions>? options = null)
    {
        _host = new EmulatorHost(options);
    }

    public ThirdPartyEmulator Emulator => _host.Emulator;

    public ManualTimeProvider Clock => _host.Clock;

    public string Bucket => Emulator.ArtifactBucketName;

    public S3Signer Owner => new(
        Emulator.AccessKeyId,
        Emulator.SecretAccessKey.Reveal(),
        Emulator.Options.ArtifactRegion ?? Emulator.Options.Region);

    public EmulatedJob AddJob() => Emulator.AddJob(new EmulatedJobRequest(EmulatorHost.Type)
    {
        InputContents =
            new Dictionary<string, EmulatedContent> { ["In"] = EmulatedContent.FromBytes("input"u8.ToArray()) },
        OutputArtifacts = ["Out"],
    });

    /// <summary>Gets the artifact credentials from the job details.</summary>
    public async Task<S3Signer> CredentialsOfAsync(EmulatedJob job)
    {
        EmulatorResponse details = await _host.DetailsAsync(job);
        System.Text.Json.JsonElement given = details.Details.GetProperty("data").GetProperty("artifactCredentials");
        return Owner with
        {
            AccessKeyId = given.GetProperty("accessKeyId").GetString()!,
            SecretAccessKey = given.GetProperty("secretAccessKey").GetString()!,
            SessionToken = given.GetProperty("sessionToken").GetString()!,
        };
    }

    public string PathOf(string key) => $"/{Bucket}/{key}";

    public HttpRequestMessage Request(
        string method, string path, byte[]? body, params (string Name, string Value)[] headers)
    {
        string text = Emulator.Endpoint.AbsoluteUri.TrimEnd('/') + path;
#if NET
        // Keep the path unchanged: a key may contain dot segments, which Uri would remove.
        Uri url = new(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
#else
        Uri url = new(text);
#endif
        HttpRequestMessage request = new(new HttpMethod(method), url);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
        }

        foreach ((string name, string value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content!.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    /// <summary>
    /// Sends a request, signed with the hash of its body. The default signer uses the emulator's access key.
    /// </summary>
    public Task<S3Response> SendAsync(
        string method, string path, byte[]? body = null, S3Signer? signer = null, params (string, string)[] headers)
    {
        HttpRequestMessage request = Request(method, path, body, headers);
        (signer ?? Owner).Sign(request, S3Signer.HashOf(body ?? []), Clock.GetUtcNow());
        return SendAsync(request);
    }

    public async Task<S3Response> SendAsync(HttpRequestMessage request)
    {
        using HttpResponseMessage response = await _http.SendAsync(request);
        Dictionary<string, string> headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(each => each.Key, each => string.Join(",", each.Value), StringComparer.OrdinalIgnoreCase);
        return new S3Response((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(), headers);
    }

    public Task<S3Response> PutAsync(string key, byte[] body, params (string, string)[] headers) =>
        SendAsync("PUT", PathOf(key), body, signer: null, headers);

    public Task<S3Response> GetAsync(string key, params (string, string)[] headers) =>
        SendAsync("GET", PathOf(key), body: null, signer: null, headers);

    public void Order(string plan) => Emulator.OrderFaults(FaultPlan.Parse(plan));

    public void Dispose()
    {
        _http.Dispose();
        _host.Dispose();
    }
}
