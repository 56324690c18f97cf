using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Client;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

public sealed class ResponseReaderTests
{
    private const string Full = """
        {"__type":"x","jobDetails":{"id":"job-1","nonce":"3","later":{"__type":"y"},"data":{
          "actionTypeId":{"category":"Quantum","owner":"ThirdParty","provider":"Contoso","version":"1","later":1},
          "actionConfiguration":{"configuration":{"Name":"web","Odd":7,"None":null}},
          "pipelineContext":{"pipelineName":"p","stage":{"name":"s"},"action":{"name":"a","actionExecutionId":"e"},
            "pipelineArn":"arn:p","pipelineExecutionId":"pe"},
          "inputArtifacts":[{"name":"in","revision":"r",
            "location":{"type":"S4","s3Location":{"bucketName":"b","objectKey":"k"}}}],
          "outputArtifacts":[{"name":"out"},{"name":"out2","location":null}],
          "artifactCredentials":{"accessKeyId":"AK","secretAccessKey":"SK","sessionToken":"ST"},
          "continuationToken":"go on","encryptionKey":{"id":"key","type":"KMS2"}}}}
        """;

    [Fact]
    public void Details_AllMembers_AreRead()
    {
        JobDetailsResponse details = ResponseReader.Details(Bytes(Full));

        Assert.Equal(("job-1", "3", "go on"), (details.Id, details.Nonce, details.ContinuationToken));
        Assert.Equal(("p", "s", "a", "e"),
            (details.PipelineName, details.StageName, details.ActionName, details.ActionExecutionId));
        Assert.Equal(("arn:p", "pe"), (details.PipelineArn, details.PipelineExecutionId));
        JobArtifact input = Assert.Single(details.InputArtifacts);
        Assert.Equal(
            ("in", "r", "b", "k"), (input.Name, input.Revision, input.BucketName, input.ObjectKey));
        Assert.Equal(new[] { "out", "out2" }, details.OutputArtifacts.Select(artifact => artifact.Name));
        Assert.Equal(
            ("AK", "SK", "ST"),
            (details.ArtifactCredentials!.AccessKeyId.Reveal(), details.ArtifactCredentials.SecretAccessKey.Reveal(),
                details.ArtifactCredentials.SessionToken.Reveal()));
        Assert.Equal("key", details.EncryptionKey!.Id);
    }

    [Fact]
    public void Details_UnknownEnumValue_IsKept()
    {
        JobDetailsResponse details = ResponseReader.Details(Bytes(Full));

        Assert.Equal("Quantum/Contoso/1", details.ActionType!.ToString());
        Assert.Equal("S4", details.InputArtifacts[0].LocationType);
        Assert.Equal("KMS2", details.EncryptionKey!.Type);
    }

    [Fact]
    public void Details_ConfigurationOfOtherTypes_KeepsStrings() =>
        Assert.Equal(new[] { "Name" }, ResponseReader.Details(Bytes(Full)).Configuration.Keys);

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"jobDetails\":null}")]
    [InlineData("{\"jobDetails\":\"text\"}")]
    [InlineData("{\"jobDetails\":{\"id\":7,\"nonce\":{},\"data\":[]}}")]
    [InlineData("{\"jobDetails\":{\"data\":{\"inputArtifacts\":{},\"artifactCredentials\":[],"
        + "\"encryptionKey\":\"k\"}}}")]
    public void Details_MissingOrMistypedMembers_AreEmpty(string json)
    {
        JobDetailsResponse details = ResponseReader.Details(Bytes(json));

        Assert.Null(details.Id);
        Assert.Null(details.Nonce);
        Assert.Null(details.ActionType);
        Assert.Null(details.ArtifactCredentials);
        Assert.Null(details.EncryptionKey);
        Assert.Empty(details.Configuration);
        Assert.Empty(details.InputArtifacts);
        Assert.Empty(details.OutputArtifacts);
    }

    [Fact]
    public void Details_MistypedArtifacts_AreEmpty() => Assert.Null(Assert.Single(
        ResponseReader.Details(Bytes("{\"jobDetails\":{\"data\":{\"inputArtifacts\":[7]}}}")).InputArtifacts).Name);

    [Theory]
    [InlineData("{\"accessKeyId\":\"AK\",\"secretAccessKey\":\"SK\"}")]
    [InlineData("{\"accessKeyId\":\"AK\",\"secretAccessKey\":\"\",\"sessionToken\":\"ST\"}")]
    public void Details_PartialCredentials_AreNull(string credentials) => Assert.Null(
        ResponseReader.Details(Bytes("{\"jobDetails\":{\"data\":{\"artifactCredentials\":" + credentials + "}}}"))
            .ArtifactCredentials);

    [Fact]
    public void Jobs_WithoutId_AreIgnored() => Assert.Equal(
        new[] { new PolledJob("1", "c"), new PolledJob("2", string.Empty) },
        ResponseReader.Jobs(Bytes(
            "{\"later\":[],\"jobs\":[{\"jobId\":\"1\",\"clientId\":\"c\",\"later\":1},{\"clientId\":\"d\"},7,"
            + "{\"jobId\":\"2\"}]}")));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"jobs\":null}")]
    [InlineData("{\"jobs\":{\"jobId\":\"1\"}}")]
    public void Jobs_None_IsEmpty(string json) => Assert.Empty(ResponseReader.Jobs(Bytes(json)));

    [Theory]
    [InlineData("{\"status\":\"InProgress\"}", "InProgress")]
    [InlineData("{\"status\":\"Teleported\"}", "Teleported")]
    [InlineData("{\"status\":7}", "")]
    [InlineData("{}", "")]
    [InlineData("", "")]
    public void Status_AnyText_IsUnchanged(string json, string status) =>
        Assert.Equal(status, ResponseReader.Status(Bytes(json)));

    [Theory]
    [InlineData("{")]
    [InlineData("<html></html>")]
    [InlineData("{\"jobs\":[}")]
    [InlineData(" ")]
    public void Read_Garbage_ThrowsUnreadable(string text)
    {
        Assert.Throws<UnreadableResponseException>(() => ResponseReader.Jobs(Bytes(text)));
        Assert.Throws<UnreadableResponseException>(() => ResponseReader.Status(Bytes(text)));
        Assert.Throws<UnreadableResponseException>(() => ResponseReader.Details(Bytes(text)));
        Assert.Throws<UnreadableResponseException>(() => ResponseReader.Empty(Bytes(text)));
        Assert.Throws<UnreadableResponseException>(() => ResponseReader.Empty(Bytes($"[\"{text.Length}\"]")));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
