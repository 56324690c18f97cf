using System;
using System.Collections.Generic;
using System.Net;
using System.Text;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Fuzz.Making;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>
/// Error responses: the first line is the header with the error code, the second the status, the rest the body.
/// </summary>
internal sealed class ErrorsTarget : FuzzTarget
{
    private const string Token = "token-of-the-client";

    private static readonly string[] s_templates =
    {
        """{"__type":"com.amazonaws.codepipeline#JobNotFoundException","message":"no job"}""",
        """{"__type":"ThrottlingException:http://internal.amazon.com/coral/","Message":"Rate exceeded"}""",
        """{"__type":"InvalidClientTokenException","message":"The token token-of-the-client is wrong"}""",
        """{"code":"AccessDeniedException","message":null}""",
        """{"__type":"InvalidSignatureException","message":"Signature expired: """
            + """20300102T030405Z is now earlier than 20300102T030905Z"}""",
    };

    private static readonly string[] s_headers =
        { "", "ValidationException", "a#b:c", "InternalFailure:http://x", "##", "::", "\u00e4" };

    public override string Name => "errors";

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "__type", "\"message\":", "\"Message\":", "#", ":http://", Token, "\n", "<html>", "\\ud800", "Exception",
        "InvalidNonceException");

    public override byte[] Make(Draw draw) =>
    [
        .. Encoding.UTF8.GetBytes(
            $"{draw.Pick(s_headers)}\n{draw.Pick(new[] { 400, 403, 429, 500, 503, 200, 302, 999 })}\n"),
        .. draw.Chance(0.1)
            ? Encoding.UTF8.GetBytes("<html><body>Service Unavailable</body></html>")
            : JsonMaker.Like(draw, draw.Pick(s_templates)),
    ];

    public override string Run(byte[] input)
    {
        int first = Array.IndexOf(input, (byte)'\n');
        int second = first < 0 ? -1 : Array.IndexOf(input, (byte)'\n', first + 1);
        string? header = first > 0 ? Encoding.Latin1.GetString(input, 0, first) : null;
        int status = second > 0
            && int.TryParse(Encoding.ASCII.GetString(input, first + 1, second - first - 1), out int read)
            ? read
            : 400;
        ErrorResponse answer = ErrorResponse.Read(input.AsMemory(second < 0 ? 0 : second + 1), header);
        Hold(answer.Code.IndexOf(':') < 0 && answer.Code.IndexOf('#') < 0, "The code contains more than the name.");

        var error = new AmazonServiceException(
            answer.Message, null, ErrorType.Unknown, answer.Code, "request-1", (HttpStatusCode)status);
        ThirdPartyServiceException made = ErrorTranslation.Service(
            new GetThirdPartyJobDetailsRequest([], null), error, new Secret(Token));
        Hold(!made.Message.Contains(Token, StringComparison.Ordinal), "The message repeats the client token.");
        Hold(made.Message.Length > 0, "The error has no message.");
        return made.GetType().Name + (answer.Code.Length > 0) + (answer.Message.Length > 0);
    }
}
