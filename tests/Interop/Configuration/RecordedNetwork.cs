using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using System.Web;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Interop.Configuration;

/// <summary>
/// Records requests and returns responses like AWS. configuration.py has the counterpart for botocore.
/// </summary>
internal sealed class RecordedNetwork(IReadOnlyDictionary<string, int> answers)
{
    private const string Later = "2099-01-01T00:00:00Z";

    private readonly List<ConfigCall> _calls = [];

    public IReadOnlyList<ConfigCall> Calls => _calls;

    public HttpMessageHandler Intercept(HttpFactory factory, HttpMessageHandler network)
    {
        network.Dispose();
        return new Handler(this, factory);
    }

    private static Dictionary<string, string> Keys(string name, string token = "Token") => new()
    {
        ["AccessKeyId"] = name, ["SecretAccessKey"] = "secret", [token] = "session of " + name, ["Expiration"] = Later,
    };

    private static Dictionary<string, string> FormOf(string text) => HttpUtility.ParseQueryString(text) is var form
        ? form.AllKeys.Where(key => key is not null).ToDictionary(key => key!, key => form[key]!)
        : [];

    private static string Pairs(IEnumerable<KeyValuePair<string, string>> pairs) => string.Join(
        " ", pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));

    private (int Status, string Text, string About) Sts(Dictionary<string, string> form)
    {
        string about = Pairs(form.Where(pair => pair.Key != "Version").Select(pair =>
            pair.Key == "RoleSessionName" && pair.Value.StartsWith("codepipeline-thirdparty-", StringComparison.Ordinal)
                ? new(pair.Key, "(made up)")
                : pair));
        if (answers.TryGetValue("sts", out int status))
        {
            return (status,
                "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error>"
                + "</ErrorResponse>",
                about);
        }

        string action = form["Action"];
        string members = string.Concat(
            Keys("ASIA" + form["RoleArn"].Split('/')[^1].ToUpperInvariant(), "SessionToken")
                .Select(pair => $"<{pair.Key}>{pair.Value}</{pair.Key}>"));
        return (200,
            $"<{action}Response><{action}Result><Credentials>{members}</Credentials></{action}Result>"
            + $"</{action}Response>",
            about);
    }

    /// <summary>
    /// Returns status, body, service and request as text; no service for a request that is part of another.
    /// </summary>
    private (int? Status, string Text, string? Service, string About) Answer(
        HttpMethod method, Uri url, string body)
    {
        bool isForm = body.StartsWith("Action=", StringComparison.Ordinal)
            || body.Contains("&Action=", StringComparison.Ordinal);
        if (isForm)
        {
            (int status, string text, string about) = Sts(FormOf(body));
            return (status, text, "sts", about);
        }

        string path = url.AbsolutePath;
        if (path == "/federation/credentials")
        {
            Dictionary<string, string> query = FormOf(url.Query);
            return answers.TryGetValue("sso", out int refused)
                ? (refused, "{\"message\":\"no\"}", "sso", string.Empty)
                : (200,
                    "{\"roleCredentials\":{\"accessKeyId\":\"ASIASSO" + query["role_name"].ToUpperInvariant()
                    + "\",\"secretAccessKey\":\"secret\",\"sessionToken\":\"session\",\"expiration\":4070908800000}}",
                    "sso",
                    Pairs(query));
        }

        if (path == "/token")
        {
            return answers.TryGetValue("oidc", out int refused)
                ? (refused, "{\"error\":\"invalid_grant\"}", "oidc", string.Empty)
                : (200,
                    "{\"accessToken\":\"renewed-token\",\"expiresIn\":28800,\"refreshToken\":\"refresh-2\","
                    + "\"tokenType\":\"Bearer\"}",
                    "oidc",
                    Pairs(JsonSerializer.Deserialize<Dictionary<string, string>>(body)!));
        }

        if (path.StartsWith("/latest/", StringComparison.Ordinal))
        {
            return !answers.TryGetValue("machine", out int version) ? (null, string.Empty, "machine", string.Empty)
                : method == HttpMethod.Put ? (version == 2 ? 200 : 404, "machine-token", null, string.Empty)
                : path.EndsWith("/region", StringComparison.Ordinal) ? (404, string.Empty, null, string.Empty)
                : path.EndsWith("/security-credentials/", StringComparison.Ordinal)
                    ? (200, "MachineRole", null, string.Empty)
                    : (200, JsonSerializer.Serialize(Keys("ASIAMACHINE")), "machine", path);
        }

        if (path.Contains("creds", StringComparison.Ordinal))
        {
            return answers.TryGetValue("container", out int refused)
                ? (refused, "{}", "container", path)
                : (200, JsonSerializer.Serialize(Keys("ASIACONTAINER")), "container", path);
        }

        return method == HttpMethod.Head
            ? (200, string.Empty, "s3", path)
            : (answers.TryGetValue("codepipeline", out int own) ? own : 200, "{\"jobs\":[]}", "codepipeline",
                string.Empty);
    }

    private void Record(
        string service, string about, HttpRequestMessage request, HttpFactory factory)
    {
        string? authorization = Header("Authorization");
        string[]? scope =
            authorization?.Split("Credential=") is [_, string rest] ? rest.Split(',')[0].Split('/') : null;
        Uri url = request.RequestUri!;
        bool isLocal = service is "machine" or "container";
        _calls.Add(new ConfigCall(
            service,
            $"{url.Scheme}://{url.Authority}",
            scope?[0],
            scope?[2],
            Header("X-Amz-Security-Token"),
            about,
            scope is null ? authorization : null,
            isLocal ? null : factory.CaBundle,
            isLocal ? null : factory.ProxyOf(url)?.AbsoluteUri));

        string? Header(string name) =>
            request.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(",", values) : null;
    }

    private sealed class Handler(RecordedNetwork network, HttpFactory factory) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string body = request.Content is null
                ? string.Empty
                : await request.Content.ReadAsStringAsync(cancellationToken);
            (int? status, string text, string? service, string about) =
                network.Answer(request.Method, request.RequestUri!, body);
            if (service is not null)
            {
                network.Record(service, about, request, factory);
            }

            if (status is not int code)
            {
                throw new HttpRequestException(HttpRequestError.ConnectionError, "nobody is there");
            }

            string kind = service switch
            {
                "sts" => "text/xml", "s3" => "text/plain", _ => "application/json",
            };
            var answer = new HttpResponseMessage((HttpStatusCode)code)
            {
                Content = new StringContent(text, Encoding.UTF8, kind),
                RequestMessage = request,
            };
            answer.Headers.TryAddWithoutValidation(
                "x-amzn-RequestId", string.Format(CultureInfo.InvariantCulture, "{0}", network._calls.Count));
            if (code == 401)
            {
                answer.Headers.TryAddWithoutValidation("x-amzn-ErrorType", "UnauthorizedException");
            }

            return answer;
        }
    }
}
