using System;
using System.Globalization;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>A minimal client for job details: HttpClient, handwritten SigV4 and a parsed response.</summary>
internal sealed class BareClient(EmulatorServer server) : IDisposable
{
    private const string Target = "CodePipeline_20150709.GetThirdPartyJobDetails";
    private const string SignedHeaders = "content-type;host;x-amz-date;x-amz-target";
    private const string ContentType = "application/x-amz-json-1.1";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });

    public async Task<string> DetailsAsync(string jobId)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new { jobId, clientToken = EmulatorServer.Token });
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Endpoint);
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        Sign(request, body);
        using HttpResponseMessage response = await _http.SendAsync(request).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        byte[] answer = await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
        using JsonDocument document = JsonDocument.Parse(answer);
        return document.RootElement.GetProperty("jobDetails").GetProperty("nonce").GetString()!;
    }

    public void Dispose() => _http.Dispose();

    private void Sign(HttpRequestMessage request, byte[] body)
    {
        DateTime now = DateTime.UtcNow;
        string time = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string date = time[..8];
        string scope = $"{date}/{server.Region}/codepipeline/aws4_request";
        string canonical = $"POST\n/\n\ncontent-type:{ContentType}\nhost:{server.Endpoint.Authority}\n"
            + $"x-amz-date:{time}\nx-amz-target:{Target}\n\n{SignedHeaders}\n{Hex(SHA256.HashData(body))}";
        string toSign = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + server.SecretAccessKey);
        foreach (string part in new[] { date, server.Region, "codepipeline", "aws4_request" })
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        string signature = Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        request.Headers.TryAddWithoutValidation("X-Amz-Date", time);
        request.Headers.TryAddWithoutValidation("X-Amz-Target", Target);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential={server.AccessKeyId}/{scope}, SignedHeaders={SignedHeaders}, "
            + $"Signature={signature}");
    }

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
}
