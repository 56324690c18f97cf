using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Jobs;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

/// <summary>Tests authentication and authorization of S3 requests.</summary>
public sealed class S3AccessTests : IDisposable
{
    private readonly S3Host _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("GET", "in", 200)]
    [InlineData("HEAD", "in", 200)]
    [InlineData("PUT", "in", 403)]
    [InlineData("DELETE", "in", 403)]
    [InlineData("POST", "in?uploads", 403)]
    [InlineData("PUT", "out", 200)]
    [InlineData("GET", "out", 404)]
    [InlineData("POST", "out?uploads", 200)]
    [InlineData("PUT", "out?uploadId=x&partNumber=1", 404)]
    [InlineData("GET", "out?uploadId=x", 404)]
    [InlineData("POST", "out?uploadId=x", 400)]
    [InlineData("DELETE", "out?uploadId=x", 404)]
    [InlineData("DELETE", "out", 403)]
    [InlineData("GET", "other", 403)]
    [InlineData("PUT", "other", 403)]
    [InlineData("GET", "stranger", 403)]
    [InlineData("PUT", "stranger", 403)]
    [InlineData("GET", "bucket", 403)]
    [InlineData("GET", "bucket?list-type=2", 403)]
    [InlineData("GET", "bucket?uploads", 403)]
    [InlineData("GET", "bucket?location", 403)]
    [InlineData("HEAD", "bucket", 403)]
    [InlineData("POST", "bucket?delete", 403)]
    [InlineData("GET", "all", 403)]
    [InlineData("GET", "nowhere", 403)]
    public async Task JobCredentials_AllowOnlyJobArtifacts(string method, string what, int statusCode)
    {
        EmulatedJob job = _host.AddJob();
        EmulatedJob other = _host.AddJob();
        string[] parts = what.Split('?');
        string path = parts[0] switch
        {
            "in" => _host.PathOf(job.InputArtifacts[0].ObjectKey),
            "out" => _host.PathOf(job.OutputArtifacts[0].ObjectKey),
            "other" => _host.PathOf(other.InputArtifacts[0].ObjectKey),
            "stranger" => _host.PathOf(other.OutputArtifacts[0].ObjectKey),
            "bucket" => "/" + _host.Bucket,
            "nowhere" => "/nowhere/" + job.InputArtifacts[0].ObjectKey,
            _ => "/",
        };

        S3Response response = await _host.SendAsync(
            method,
            path + (parts.Length == 2 ? "?" + parts[1] : string.Empty),
            method is "PUT" or "POST" ? [] : null,
            await _host.CredentialsOfAsync(job));

        Assert.Equal(statusCode, response.StatusCode);
        Assert.Equal(
            statusCode == 403 && method != "HEAD" ? "AccessDenied" : null, statusCode == 403 ? response.Error : null);
    }

    [Fact]
    public async Task JobCredentials_Expired_AreRejected()
    {
        EmulatedJob job = _host.AddJob();
        string path = _host.PathOf(job.InputArtifacts[0].ObjectKey);
        S3Signer credentials = await _host.CredentialsOfAsync(job);
        _host.Clock.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        Assert.Equal("input", (await _host.SendAsync("GET", path, signer: credentials)).Text);

        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        S3Response response = await _host.SendAsync("GET", path, signer: credentials);

        Assert.Equal((400, "ExpiredToken"), (response.StatusCode, response.Error));
        Assert.Equal("input", (await _host.SendAsync("GET", path, signer: await _host.CredentialsOfAsync(job))).Text);
    }

    [Theory]
    [InlineData("secret", 403, "SignatureDoesNotMatch")]
    [InlineData("token", 400, "InvalidToken")]
    [InlineData("no-token", 403, "InvalidAccessKeyId")]
    [InlineData("other-token", 400, "InvalidToken")]
    [InlineData("own-token", 400, "InvalidToken")]
    [InlineData("key", 403, "InvalidAccessKeyId")]
    [InlineData("service", 400, "AuthorizationHeaderMalformed")]
    public async Task WrongCredentials_AreRejected(string wrong, int statusCode, string error)
    {
        EmulatedJob job = _host.AddJob();
        S3Signer right = await _host.CredentialsOfAsync(job);
        S3Signer another = await _host.CredentialsOfAsync(job);
        S3Signer signer = wrong switch
        {
            "secret" => right with { SecretAccessKey = "wrong" },
            "token" => right with { SessionToken = "made up" },
            "no-token" => right with { SessionToken = null },
            "other-token" => right with { SessionToken = another.SessionToken },
            "own-token" => _host.Owner with { SessionToken = right.SessionToken },
            "key" => _host.Owner with { AccessKeyId = "AKIAUNKNOWN" },
            _ => right with { Service = "codepipeline" },
        };

        S3Response response = await _host.SendAsync(
            "GET", _host.PathOf(job.InputArtifacts[0].ObjectKey), signer: signer);

        Assert.Equal((statusCode, error), (response.StatusCode, response.Error));
    }

    [Fact]
    public async Task JobCredentials_JobOperations_AreRejected()
    {
        using EmulatorHost host = new();
        EmulatedJob job = host.AddJob();
        System.Text.Json.JsonElement given =
            (await host.DetailsAsync(job)).Details.GetProperty("data").GetProperty("artifactCredentials");
        TestSigner signer = new(
            given.GetProperty("accessKeyId").GetString()!, given.GetProperty("secretAccessKey").GetString()!,
            "us-east-1");

        EmulatorResponse response = await host.SendAsync(host.Request(EmulatorHost.Poll, "{}"), "{}", signer);

        Assert.Equal("UnrecognizedClientException", response.Error);
    }

    [Fact]
    public async Task Request_Unsigned_ReturnsAccessDenied()
    {
        S3Response response = await _host.SendAsync(_host.Request("GET", _host.PathOf("k"), null));

        Assert.Equal((403, "AccessDenied"), (response.StatusCode, response.Error));
    }

    [Theory]
    [InlineData("AWS key:signature", "InvalidRequest")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0", "AuthorizationHeaderMalformed")]
    [InlineData("Basic dXNlcjpwYXNz", "AuthorizationHeaderMalformed")]
    public async Task Authorization_Invalid_IsRejected(string authorization, string error) => Assert.Equal(
        error,
        (await _host.SendAsync(
            _host.Request("GET", _host.PathOf("k"), null, ("Authorization", authorization)))).Error);

    [Theory]
    [InlineData(6, "RequestTimeTooSkewed")]
    [InlineData(-6, "RequestTimeTooSkewed")]
    [InlineData(4, "NoSuchKey")]
    [InlineData(-4, "NoSuchKey")]
    public async Task Signature_ClockSkew_IsAllowedWithinLimit(int minutes, string error)
    {
        HttpRequestMessage request = _host.Request("GET", _host.PathOf("k"), null);
        _host.Owner.Sign(request, "UNSIGNED-PAYLOAD", _host.Clock.GetUtcNow().AddMinutes(minutes));

        Assert.Equal(error, (await _host.SendAsync(request)).Error);
    }

    [Theory]
    [InlineData("x-amz-meta-a", "1", "AccessDenied")]
    [InlineData("x-amz-date", null, "AccessDenied")]
    [InlineData("x-amz-content-sha256", null, "InvalidRequest")]
    [InlineData("x-amz-content-sha256", "hello", "InvalidArgument")]
    public async Task Header_ChangedAfterSigning_IsRejected(string header, string? value, string error)
    {
        HttpRequestMessage request = _host.Request("GET", _host.PathOf("k"), null);
        _host.Owner.Sign(request, "UNSIGNED-PAYLOAD", _host.Clock.GetUtcNow());
        request.Headers.Remove(header);
        if (value is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        Assert.Equal(error, (await _host.SendAsync(request)).Error);
    }

    [Fact]
    public async Task PresignedUrl_Expired_IsRejected()
    {
        await _host.PutAsync("k", "hello"u8.ToArray());
        string url = _host.Owner.Presign("GET", Url("k"), _host.Clock.GetUtcNow(), 60);
        _host.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("hello", (await GetUrlAsync(url)).Text);

        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        S3Response response = await GetUrlAsync(url);

        Assert.Equal(
            (403, "AccessDenied", "Request has expired"),
            (response.StatusCode, response.Error, response.Element("Message")));
    }

    [Fact]
    public async Task PresignedUrl_JobCredentials_AllowOnlyArtifacts()
    {
        EmulatedJob job = _host.AddJob();
        S3Signer credentials = await _host.CredentialsOfAsync(job);
        DateTimeOffset now = _host.Clock.GetUtcNow();

        Assert.Equal(
            "input",
            (await GetUrlAsync(credentials.Presign("GET", Url(job.InputArtifacts[0].ObjectKey), now, 9))).Text);
        Assert.Equal("AccessDenied", (await GetUrlAsync(credentials.Presign("GET", Url("k"), now, 9))).Error);
    }

    [Theory]
    [InlineData("X-Amz-Signature=", "X-Amz-Signature=0", "SignatureDoesNotMatch")]
    [InlineData("X-Amz-Expires=60", "X-Amz-Expires=61", "SignatureDoesNotMatch")]
    [InlineData("X-Amz-Expires=60", "X-Amz-Expires=604801", "AuthorizationQueryParametersError")]
    [InlineData("X-Amz-Expires=60", "X-Amz-Expires=soon", "AuthorizationQueryParametersError")]
    [InlineData("X-Amz-Expires=60&", "", "AuthorizationQueryParametersError")]
    [InlineData("AWS4-HMAC-SHA256", "AWS4-HMAC-MD5", "AuthorizationQueryParametersError")]
    [InlineData("X-Amz-Algorithm=AWS4-HMAC-SHA256&", "AWSAccessKeyId=a&Signature=b&", "InvalidRequest")]
    public async Task PresignedUrl_Changed_IsRejected(string from, string to, string error)
    {
        string url = _host.Owner.Presign("GET", Url("k"), _host.Clock.GetUtcNow(), 60);

        Assert.Equal(error, (await GetUrlAsync(url.Replace(from, to, StringComparison.Ordinal))).Error);
    }

    [Theory]
    [InlineData("PUT", "k", "SignatureDoesNotMatch")]
    [InlineData("DELETE", "k", "SignatureDoesNotMatch")]
    [InlineData("GET", "other", "SignatureDoesNotMatch")]
    [InlineData("GET", "", "SignatureDoesNotMatch")]
    public async Task PresignedUrl_OtherMethodOrKey_IsRejected(string method, string key, string error)
    {
        await _host.PutAsync("k", "hello"u8.ToArray());
        await _host.PutAsync("other", "hello"u8.ToArray());
        string query = new Uri(_host.Owner.Presign("GET", Url("k"), _host.Clock.GetUtcNow(), 60)).Query;

        S3Response response = await _host.SendAsync(new HttpRequestMessage(new HttpMethod(method), Url(key) + query));

        Assert.Equal((403, error), (response.StatusCode, response.Error));
        Assert.Equal("hello", (await _host.GetAsync("k")).Text);
    }

    [Fact]
    public async Task PresignedUrl_SignedInFuture_IsRejected()
    {
        string url = _host.Owner.Presign("GET", Url("k"), _host.Clock.GetUtcNow().AddMinutes(6), 60);

        Assert.Equal("Request is not valid yet", (await GetUrlAsync(url)).Element("Message"));
    }

    [Theory]
    [InlineData("codepipeline", "us-east-1")]
    [InlineData("s3", "eu-west-1")]
    public async Task PresignedUrl_OtherServiceOrRegion_IsRejected(string service, string region)
    {
        S3Signer signer = _host.Owner with { Service = service, Region = region };

        S3Response response = await GetUrlAsync(signer.Presign("GET", Url("k"), _host.Clock.GetUtcNow(), 60));

        Assert.Equal((400, "AuthorizationHeaderMalformed"), (response.StatusCode, response.Error));
    }

    [Fact]
    public async Task PresignedUrl_CredentialsExpired_IsRejected()
    {
        EmulatedJob job = _host.AddJob();
        S3Signer credentials = await _host.CredentialsOfAsync(job);
        string url = credentials.Presign("GET", Url(job.InputArtifacts[0].ObjectKey), _host.Clock.GetUtcNow(), 7200);
        Assert.Equal("input", (await GetUrlAsync(url)).Text);

        _host.Clock.Advance(_host.Emulator.Options.CredentialLifetime);

        Assert.Equal("ExpiredToken", (await GetUrlAsync(url)).Error);
    }

    [Fact]
    public async Task PresignedUrl_WrongSessionToken_IsRejected()
    {
        EmulatedJob job = _host.AddJob();
        S3Signer credentials = await _host.CredentialsOfAsync(job);
        S3Signer others = await _host.CredentialsOfAsync(_host.AddJob());
        Uri place = Url(job.InputArtifacts[0].ObjectKey);
        DateTimeOffset now = _host.Clock.GetUtcNow();

        Assert.Equal(
            "InvalidAccessKeyId",
            (await GetUrlAsync((credentials with { SessionToken = null }).Presign("GET", place, now, 60))).Error);
        Assert.Equal(
            "InvalidToken",
            (await GetUrlAsync(
                (credentials with { SessionToken = others.SessionToken }).Presign("GET", place, now, 60))).Error);
        Assert.Equal("AccessDenied", (await GetUrlAsync(others.Presign("GET", place, now, 60))).Error);
    }

    [Fact]
    public async Task Request_ReplayedLater_IsRejected()
    {
        HttpRequestMessage[] same =
            [_host.Request("GET", _host.PathOf("k"), null), _host.Request("GET", _host.PathOf("k"), null)];
        foreach (HttpRequestMessage request in same)
        {
            _host.Owner.Sign(request, "UNSIGNED-PAYLOAD", _host.Clock.GetUtcNow());
        }

        Assert.Equal("NoSuchKey", (await _host.SendAsync(same[0])).Error);
        _host.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal("RequestTimeTooSkewed", (await _host.SendAsync(same[1])).Error);
    }

    [Theory]
    [InlineData("us-east-1", "eu-west-1", "us-east-1", 301, "PermanentRedirect")]
    [InlineData("us-east-1", "eu-west-1", "ap-south-1", 400, "AuthorizationHeaderMalformed")]
    [InlineData("us-east-1", null, "ap-south-1", 400, "AuthorizationHeaderMalformed")]
    public async Task Bucket_SignedForOtherRegion_NamesBucketRegion(
        string region, string? artifactRegion, string signedFor, int statusCode, string error)
    {
        using S3Host host = new(clock => new EmulatorOptions
        {
            Clock = clock, Region = region, ArtifactRegion = artifactRegion,
        });
        await host.PutAsync("k", "hello"u8.ToArray());

        S3Response response = await host.SendAsync(
            "GET", host.PathOf("k"), signer: host.Owner with { Region = signedFor });
        S3Response head = await host.SendAsync(
            "HEAD", host.PathOf("k"), signer: host.Owner with { Region = signedFor });

        string right = artifactRegion ?? region;
        Assert.Equal(
            (statusCode, error, right, right),
            (response.StatusCode, response.Error, response.Header("x-amz-bucket-region"),
                head.Header("x-amz-bucket-region")));
        Assert.Equal("hello", (await host.GetAsync("k")).Text);
    }

    [Fact]
    public async Task HeadBucket_ReturnsRegion()
    {
        using S3Host host = new(clock => new EmulatorOptions { Clock = clock, ArtifactRegion = "eu-west-1" });

        Assert.Equal("eu-west-1", (await host.SendAsync("HEAD", "/" + host.Bucket)).Header("x-amz-bucket-region"));
        Assert.Equal("eu-west-1", (await host.SendAsync("GET", $"/{host.Bucket}?location")).Xml.Value);
        Assert.Contains("eu-west-1", host.Bucket, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not a region")]
    [InlineData("")]
    public void ArtifactRegion_Invalid_ThrowsInvalidInput(string region) => Assert.Equal(
        "ArtifactRegion",
        Assert.Throws<InvalidInputException>(
            () => ThirdPartyEmulator.Start(new EmulatorOptions { ArtifactRegion = region })).InputName);

    [Fact]
    public void InputContents_AreStoredAtArtifactLocation()
    {
        using CodePipeline.ThirdParty.Tests.TempFolder folder = new();
        EmulatedJob job = _host.Emulator.AddJob(new EmulatedJobRequest(EmulatorHost.Type)
        {
            InputArtifacts = ["Named", "Second"],
            InputContents = new Dictionary<string, EmulatedContent>
            {
                ["Added"] = EmulatedContent.FromFile(folder.Write("a.txt", "from a file")),
                ["Second"] = EmulatedContent.FromBytes([1, 2, 3]),
            },
        });

        Assert.Equal(["Named", "Second", "Added"], job.InputArtifacts.Select(each => each.Name));
        Assert.Equal(
            [null, 3L, 11L],
            job.InputArtifacts.Select(each => _host.Emulator.FindObject(each.BucketName, each.ObjectKey)?.Length));
        Assert.Equal($"s3://{_host.Bucket}/{job.InputArtifacts[1].ObjectKey}", job.InputArtifacts[1].S3Uri);
    }

    [Fact]
    public void InputContents_MissingFile_AddsNoJob()
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => _host.Emulator.AddJob(
            new EmulatedJobRequest(EmulatorHost.Type)
            {
                InputContents = new Dictionary<string, EmulatedContent>
                {
                    ["Good"] = EmulatedContent.FromBytes([1]), ["In"] = EmulatedContent.FromFile("/nowhere/a.zip"),
                },
            }));

        Assert.Contains("/nowhere/a.zip", error.Message, StringComparison.Ordinal);
        Assert.Empty(_host.Emulator.GetJobs());
        Assert.Empty(_host.Emulator.ListObjects());
    }

    [Fact]
    public void InputContents_InvalidName_ThrowsInvalidInput() => Assert.Throws<InvalidInputException>(
        () => _host.Emulator.AddJob(new EmulatedJobRequest(EmulatorHost.Type)
        {
            InputContents = new Dictionary<string, EmulatedContent> { ["a b"] = EmulatedContent.FromBytes([1]) },
        }));

    private Uri Url(string key) => new(_host.Emulator.Endpoint, _host.PathOf(key));

    private Task<S3Response> GetUrlAsync(string url) => _host.SendAsync(new HttpRequestMessage(HttpMethod.Get, url));
}
