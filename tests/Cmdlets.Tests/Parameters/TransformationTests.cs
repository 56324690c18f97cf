using System;
using System.Collections;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Net;
using System.Security;
using System.Threading.Tasks;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tokens;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Parameters;

public sealed class TransformationTests
{
    private static readonly ActionTypeId s_contoso = new("Test", "ThirdParty", "Contoso", "1");

    public static TheoryData<object, double> Durations => new()
    {
        { 30, 30 }, { 30L, 30 }, { 0.5, 0.5 }, { 2.5m, 2.5 }, { "30", 30 }, { "0.5", 0.5 }, { "00:01:30", 90 },
        { "1.00:00:00", 86400 },
        { TimeSpan.FromSeconds(7), 7 }, { 0, 0 }, { PSObject.AsPSObject(30), 30 },
    };

    public static TheoryData<object> NoDurations => new()
    {
        -1, "-1", "-00:00:01", "soon", "", double.NaN, double.PositiveInfinity, 1e12, true, 'x',
        new DateTime(2026, 1, 1),
        new object(), TimeSpan.FromSeconds(-1),
    };

    [Theory]
    [MemberData(nameof(Durations))]
    public void Duration_OfSecondsOrATimeSpan_IsRead(object value, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), new DurationTransformationAttribute().Transform(null!, value));

    [Theory]
    [MemberData(nameof(NoDurations))]
    public void Duration_Invalid_ErrorListsForms(object value) => Assert.Contains(
        "00:01:30", Refused(new DurationTransformationAttribute(), value).Message, StringComparison.Ordinal);

    [Fact]
    public void Duration_InAnyCulture_IsTheSame()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");

            Assert.Equal(TimeSpan.FromSeconds(0.5), new DurationTransformationAttribute().Transform(null!, "0.5"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(typeof(DurationTransformationAttribute))]
    [InlineData(typeof(ActionTypeTransformationAttribute))]
    [InlineData(typeof(SecretTransformationAttribute))]
    [InlineData(typeof(ClientTokenTransformationAttribute))]
    [InlineData(typeof(CredentialTransformationAttribute))]
    public void Null_Passes(Type transformation) =>
        Assert.Null(((TransformationAttribute)Activator.CreateInstance(transformation)!).Transform(null!, null));

    [Fact]
    public void ActionType_OfEachForm_IsTheSame()
    {
        var table = new Hashtable { ["Category"] = "test", ["provider"] = "Contoso", ["version"] = 1 };
        var custom = CustomObject.Of(("category", "Test"), ("owner", "ThirdParty"), ("provider", "Contoso"),
            ("version", "1"));
        object[] forms =
        {
            s_contoso, PSObject.AsPSObject(s_contoso), "Test/Contoso/1", PSObject.AsPSObject("Test/Contoso/1"),
            "category=Test,provider=Contoso,version=1", table, PSObject.AsPSObject(table), custom,
        };

        Assert.All(forms, form =>
            Assert.Equal(s_contoso, new ActionTypeTransformationAttribute().Transform(null!, form)));
    }

    [Fact]
    public void ActionType_Misspelled_ErrorSuggestsFix()
    {
        ArgumentTransformationMetadataException error = Refused(
            new ActionTypeTransformationAttribute(), "Tset/Contoso/1");

        Assert.Contains("'Tset'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Source, Build, Deploy", error.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidInputException>(error.InnerException);
    }

    [Fact]
    public void Secret_OfEachForm_IsTheSame()
    {
        var secret = new Secret("hush");
        object[] forms = { "hush", Secure("hush"), new PSCredential("me", Secure("hush")), secret,
            PSObject.AsPSObject("hush") };

        Assert.All(forms, form => Assert.Equal(secret, new SecretTransformationAttribute().Transform(null!, form)));
        Assert.Same(secret, new SecretTransformationAttribute().Transform(null!, secret));
    }

    [Theory]
    [InlineData("")]
    [InlineData(7)]
    public void Secret_OfNothingOrAnotherType_IsRefused(object value) =>
        Refused(new SecretTransformationAttribute(), value);

    [Fact]
    public async Task ClientToken_Alone_IsForEveryClient()
    {
        IClientTokenSource source = Tokens("one-token");

        Assert.Equal("one-token", (await source.FindAsync("any", default))!.Reveal());
    }

    [Fact]
    public async Task ClientToken_AsATable_IsForItsClients()
    {
        IClientTokenSource source = Tokens(new Hashtable { ["a"] = "token-a", ["b"] = Secure("token-b") });

        Assert.Equal("token-a", (await source.FindAsync("a", default))!.Reveal());
        Assert.Equal("token-b", (await source.FindAsync("b", default))!.Reveal());
        Assert.Null(await source.FindAsync("c", default));
    }

    [Fact]
    public void ClientToken_Parsed_IsKept()
    {
        var argument = ClientTokenArgument.Parse("one-token");

        Assert.Same(argument, new ClientTokenTransformationAttribute().Transform(null!, argument));
    }

    [Fact]
    public void ClientToken_TooLong_ErrorOmitsToken()
    {
        ArgumentTransformationMetadataException error =
            Refused(new ClientTokenTransformationAttribute(), "sentinel" + new string('x', 249));

        Assert.DoesNotContain("sentinel", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ClientToken_TableWithAGap_NamesTheClient() => Assert.Contains(
        "'a'",
        Refused(new ClientTokenTransformationAttribute(), new Hashtable { ["a"] = null }).Message,
        StringComparison.Ordinal);

    [Fact]
    public void ClientToken_InItsText_IsNotShown() =>
        Assert.DoesNotContain("one-token", ClientTokenArgument.Parse("one-token").ToString(), StringComparison.Ordinal);

    [Fact]
    public void Credential_OfAPSCredential_IsItsKeys()
    {
        ImmutableCredentials keys = Keys(new PSCredential("AK", Secure("SK")));

        Assert.Equal(("AK", "SK", ""), (keys.AccessKey, keys.SecretKey, keys.Token));
    }

    [Fact]
    public void Credential_StsResponse_HasItsKeys()
    {
        ImmutableCredentials keys = Keys(
            CustomObject.Of(("AccessKeyId", "AK"), ("SecretAccessKey", "SK"), ("SessionToken", "ST")));

        Assert.Equal(("AK", "SK", "ST"), (keys.AccessKey, keys.SecretKey, keys.Token));
    }

    [Fact]
    public void Credential_OfAJobsArtifacts_IsItsKeys()
    {
        ImmutableCredentials keys = Keys(new ArtifactCredentials(new Secret("AK"), new Secret("SK"), new Secret("ST")));

        Assert.Equal(("AK", "SK", "ST"), (keys.AccessKey, keys.SecretKey, keys.Token));
    }

    [Fact]
    public void Credential_ForeignSdk_ReadsCurrentKeys()
    {
        var foreign = new ForeignCredentials();

        AWSCredentials credentials = CredentialArgument.Parse(foreign).Credentials;

        Assert.Equal("AK1", credentials.GetCredentials().AccessKey);
        Assert.Equal(("AK2", "SK", "ST"), (credentials.GetCredentials() is ImmutableCredentials keys)
            ? (keys.AccessKey, keys.SecretKey, keys.Token) : default);
        Assert.Equal(credentials, CredentialArgument.Parse(foreign).Credentials);
        Assert.NotEqual(credentials, CredentialArgument.Parse(new ForeignCredentials()).Credentials);
    }

    [Fact]
    public void Credential_InAwsToolsWrapper_IsFound() =>
        Assert.Equal("AK1", Keys(new ForeignWrapper()).AccessKey);

    [Fact]
    public void Credential_ForeignSourceFails_ThrowsItsError() => Assert.Throws<FormatException>(
        () => CredentialArgument.Parse(new FailingCredentials()).Credentials.GetCredentials());

    [Theory]
    [InlineData("AKIDEXAMPLE")]
    [InlineData(7)]
    public void Credential_WrongType_NamesType(object value) => Assert.Contains(
        value.GetType().FullName!, Refused(new CredentialTransformationAttribute(), value).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Credential_InItsText_IsMasked() =>
        Assert.Equal("***", CredentialArgument.Parse(new PSCredential("AK", Secure("SK"))).ToString());

    private static IClientTokenSource Tokens(object value) =>
        Assert.IsType<ClientTokenArgument>(new ClientTokenTransformationAttribute().Transform(null!, value)).Source;

    private static ImmutableCredentials Keys(object value) =>
        Assert.IsType<CredentialArgument>(new CredentialTransformationAttribute().Transform(null!, value))
            .Credentials.GetCredentials();

    private static ArgumentTransformationMetadataException Refused(TransformationAttribute transformation,
        object value) =>
        Assert.Throws<ArgumentTransformationMetadataException>(() => transformation.Transform(null!, value));

    private static SecureString Secure(string text) => new NetworkCredential(string.Empty, text).SecurePassword;

    /// <summary>Mimics credentials of another module's AWS SDK.</summary>
    private sealed class ForeignCredentials
    {
        private int _asked;

        public ForeignKeys GetCredentials() => new($"AK{++_asked}", "SK", "ST");
    }

    private sealed class FailingCredentials
    {
        private readonly string _why = "no sign-in";

        public ForeignKeys GetCredentials() => throw new FormatException(_why);
    }

    private sealed class ForeignWrapper
    {
        internal ForeignCredentials Credentials { get; } = new();
    }

    private sealed record ForeignKeys(string AccessKey, string SecretKey, string Token);
}
